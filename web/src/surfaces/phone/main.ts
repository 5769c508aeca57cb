import { registerOffline } from '@/offline/register'
import { startSurface } from '@/kit/start'
import words from '@/words/phone'
import App from './App.vue'

startSurface({ surface: 'phone', app: App, words: { phone: words }, needsSignIn: false })

registerOffline('phone')
