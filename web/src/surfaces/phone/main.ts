import { registerOffline } from '@/offline/register'
import { startSurface } from '@/kit/start'
import hall from '@/words/hall'
import journey from '@/words/journey'
import words from '@/words/phone'
import visitor from '@/words/visitor'
import App from './App.vue'

startSurface({ surface: 'phone', app: App, words: { journey, phone: words, visitor, hall }, needsSignIn: false })

registerOffline('phone')
