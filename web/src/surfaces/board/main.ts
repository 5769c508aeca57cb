import { startSurface } from '@/kit/start'
import board from '@/words/board'
import hall from '@/words/hall'
import App from './App.vue'
import BoardPage from './BoardPage.vue'
import OverCounterPage from './OverCounterPage.vue'
import WindowsPage from './WindowsPage.vue'

startSurface({
  surface: 'board',
  app: App,
  words: { board, hall },
  // A board hangs high in a bright hall: light figures on a dark ground are read from further away.
  preferences: { theme: 'dark' },
  routes: [
    { path: '/', component: BoardPage },
    { path: '/windows', component: WindowsPage },
    { path: '/counter/:counter', component: OverCounterPage },
    { path: '/:rest(.*)*', redirect: '/' },
  ],
})
