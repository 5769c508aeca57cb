import { startSurface } from '@/kit/start'
import words from '@/words/signin'
import App from './App.vue'
import { nextPage, surfaceOfPage } from './nextPage'
import StaffPage from './StaffPage.vue'
import TerminalPage from './TerminalPage.vue'

startSurface({
  surface: 'signin',
  app: App,
  words: { signin: words },
  needsSignIn: false,
  actsFor: surfaceOfPage(nextPage(location.search, location.origin)),
  routes: [
    { path: '/', component: StaffPage },
    { path: '/terminal', component: TerminalPage },
    { path: '/:rest(.*)*', redirect: '/' },
  ],
})
