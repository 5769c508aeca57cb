import { registerOffline } from '@/offline/register'
import { startSurface } from '@/kit/start'
import words from '@/words/pad'
import App from './App.vue'

startSurface({ surface: 'pad', app: App, words: { pad: words } })

registerOffline('pad')
