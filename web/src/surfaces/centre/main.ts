import { startSurface } from '@/kit/start'
import authorise from '@/words/authorise'
import hall from '@/words/hall'
import App from './App.vue'

startSurface({ surface: 'centre', app: App, scale: 'counter', words: { authorise, hall } })
