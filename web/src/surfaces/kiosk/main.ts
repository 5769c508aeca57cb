import { startSurface } from '@/kit/start'
import words from '@/words/kiosk'
import App from './App.vue'

startSurface({ surface: 'kiosk', app: App, words: { kiosk: words } })
