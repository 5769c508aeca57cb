import { startSurface } from '@/kit/start'
import hall from '@/words/hall'
import words from '@/words/kiosk'
import kioskHere from '@/words/kioskHere'
import visitor from '@/words/visitor'
import App from './App.vue'

startSurface({ surface: 'kiosk', app: App, words: { kiosk: words, kioskHere, visitor, hall } })
