import { startSurface } from '@/kit/start'
import automations from '@/words/automations'
import catalogue from '@/words/catalogue'
import delivery from '@/words/delivery'
import designer from '@/words/designer'
import devices from '@/words/devices'
import devicesOffice from '@/words/devicesOffice'
import faults from '@/words/faults'
import hall from '@/words/hall'
import words from '@/words/office'
import branchWords from '@/words/officeBranches'
import businessWords from '@/words/officeBusiness'
import customerWords from '@/words/officeCustomers'
import serviceWords from '@/words/officeServices'
import kioskHere from '@/words/kioskHere'
import planWords from '@/words/officePlan'
import systemWords from '@/words/officeSystem'
import terms from '@/words/officeTerms'
import scenesOffice from '@/words/scenesOffice'
import App from './App.vue'

startSurface({
  surface: 'office',
  app: App,
  words: { automations, catalogue, delivery, designer, devices, devicesOffice, faults, hall, office: words, officeBranches: branchWords, officeBusiness: businessWords, officeCustomers: customerWords, officePlan: planWords, officeServices: serviceWords, kioskHere, officeSystem: systemWords, officeTerms: terms, scenesOffice },
  routes: [
    { path: '/', component: () => import('./pages/OverviewPage.vue') },
    { path: '/branch', component: () => import('./pages/BranchPage.vue') },
    { path: '/plan', component: () => import('./pages/PlanPage.vue') },
    { path: '/delivery', component: () => import('./pages/DeliveryPage.vue') },
    { path: '/orders', component: () => import('./pages/OrdersPage.vue') },
    { path: '/vouchers', component: () => import('./pages/VouchersPage.vue') },
    { path: '/services', component: () => import('./pages/ServicesPage.vue') },
    { path: '/rules/:section?', component: () => import('./pages/RulesPage.vue') },
    { path: '/people', component: () => import('./pages/PeoplePage.vue') },
    { path: '/terminals', component: () => import('./pages/TerminalsPage.vue') },
    { path: '/monitor', component: () => import('./pages/MonitorPage.vue') },
    { path: '/reports', component: () => import('./pages/ReportsPage.vue') },
    { path: '/templates', component: () => import('./pages/TemplatesPage.vue') },
    { path: '/organisation', component: () => import('./pages/OrganisationPage.vue') },
    { path: '/register', component: () => import('./pages/RegisterPage.vue') },
    { path: '/capacity', component: () => import('./pages/CapacityPage.vue') },
    { path: '/complaints', component: () => import('./pages/ComplaintsPage.vue') },
    { path: '/customers', component: () => import('./pages/CustomersPage.vue') },
    { path: '/sessions', component: () => import('./pages/SessionsPage.vue') },
    { path: '/webhooks', component: () => import('./pages/WebhooksPage.vue') },
    { path: '/themes', component: () => import('./pages/ThemesPage.vue') },
    { path: '/fleet', component: () => import('./pages/DevicesFleetPage.vue') },
    { path: '/reliability', component: () => import('./pages/DevicesReliabilityPage.vue') },
    { path: '/repairs', component: () => import('./pages/DevicesRepairsPage.vue') },
    { path: '/devices', component: () => import('./pages/DevicesPage.vue') },
    { path: '/devices/places', component: () => import('./pages/DevicesPlacePage.vue') },
    { path: '/device-types', component: () => import('./pages/DevicesTypesPage.vue') },
    { path: '/readings', component: () => import('./pages/DevicesReadingsPage.vue') },
    { path: '/automations', component: () => import('./pages/AutomationsPage.vue') },
    { path: '/automations/one', component: () => import('./pages/AutomationPage.vue') },
    { path: '/scenes', component: () => import('./pages/ScenesPage.vue') },
    { path: '/catalogue', component: () => import('./pages/CataloguePage.vue') },
    { path: '/scenarios', component: () => import('./pages/ScenariosPage.vue') },
    { path: '/scenarios/one', component: () => import('./pages/ScenarioPage.vue') },
    { path: '/power', component: () => import('./pages/PowerPage.vue') },
    { path: '/:rest(.*)', redirect: '/' },
  ],
})
