import { startSurface } from '@/kit/start'
import words from '@/words/office'
import App from './App.vue'

startSurface({ surface: 'office', app: App, words: { office: words } })
