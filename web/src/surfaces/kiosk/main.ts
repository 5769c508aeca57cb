import { startSurface } from '@/kit/start'
import hall from '@/words/hall'
import itemScreen from '@/words/itemScreen'
import journey from '@/words/journey'
import words from '@/words/kiosk'
import kioskHere from '@/words/kioskHere'
import visitor from '@/words/visitor'
import App from './App.vue'

// The screens beside a locker and a dispenser may stand in the same browser: each has a session of its own.
const beside = ['locker', 'dispenser'].find((name) => location.pathname.startsWith(`/kiosk/${name}`))

startSurface({ surface: 'kiosk', app: App, words: { journey, itemScreen, kiosk: words, kioskHere, visitor, hall }, actsFor: beside ? `kiosk-${beside}` : 'kiosk' })
