import { startSurface } from '@/kit/start'
import words from '@/words/portal'
import App from './App.vue'

startSurface({ surface: 'portal', app: App, words: { portal: words }, needsSignIn: false })
