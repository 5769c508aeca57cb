import { startSurface } from '@/kit/start'
import words from '@/words/office'
import planWords from '@/words/officePlan'
import terms from '@/words/officeTerms'
import App from './App.vue'

startSurface({
  surface: 'office',
  app: App,
  words: { office: words, officePlan: planWords, officeTerms: terms },
  routes: [
    { path: '/', component: () => import('./pages/OverviewPage.vue') },
    { path: '/branch', component: () => import('./pages/BranchPage.vue') },
    { path: '/plan', component: () => import('./pages/PlanPage.vue') },
    { path: '/services', component: () => import('./pages/ServicesPage.vue') },
    { path: '/rules/:section?', component: () => import('./pages/RulesPage.vue') },
    { path: '/people', component: () => import('./pages/PeoplePage.vue') },
    { path: '/terminals', component: () => import('./pages/TerminalsPage.vue') },
    { path: '/monitor', component: () => import('./pages/MonitorPage.vue') },
    { path: '/reports', component: () => import('./pages/ReportsPage.vue') },
    { path: '/:rest(.*)', redirect: '/' },
  ],
})
