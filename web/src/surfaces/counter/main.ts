import { startSurface } from '@/kit/start'
import words from '@/words/counter'
import App from './App.vue'

startSurface({ surface: 'counter', app: App, words: { counter: words } })
