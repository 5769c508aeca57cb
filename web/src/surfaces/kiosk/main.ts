import { startSurface } from '@/kit/start'
import hall from '@/words/hall'
import journey from '@/words/journey'
import words from '@/words/kiosk'
import kioskHere from '@/words/kioskHere'
import visitor from '@/words/visitor'
import App from './App.vue'

startSurface({ surface: 'kiosk', app: App, words: { journey, kiosk: words, kioskHere, visitor, hall } })
