import { startSurface } from '@/kit/start'
import words from '@/words/board'
import App from './App.vue'

startSurface({ surface: 'board', app: App, words: { board: words }, preferences: { theme: 'dark' } })
