import { startSurface } from '@/kit/start'
import counter from '@/words/counter'
import delivery from '@/words/delivery'
import hall from '@/words/hall'
import journey from '@/words/journey'
import App from './App.vue'
import CounterPage from './CounterPage.vue'
import CustomerPage from './CustomerPage.vue'
import CashPage from './delivery/CashPage.vue'
import ClearingPage from './delivery/ClearingPage.vue'
import ItemsPage from './delivery/ItemsPage.vue'
import VouchersPage from './delivery/VouchersPage.vue'

// The customer's screen may stand on the teller's own machine: it has a session of its own there.
const isCustomers = location.pathname.startsWith('/counter/customer')

startSurface({
  surface: 'counter',
  app: App,
  words: { counter, delivery, hall, journey },
  actsFor: isCustomers ? 'counter-customer' : 'counter',
  routes: [
    { path: '/customer', component: CustomerPage },
    { path: '/items', component: ItemsPage },
    { path: '/cash', component: CashPage },
    { path: '/clearing', component: ClearingPage },
    { path: '/vouchers', component: VouchersPage },
    { path: '/:rest(.*)*', component: CounterPage },
  ],
})
