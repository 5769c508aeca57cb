import { registerOffline } from '@/offline/register'
import { startSurface } from '@/kit/start'
import authorise from '@/words/authorise'
import automations from '@/words/automations'
import delivery from '@/words/delivery'
import devices from '@/words/devices'
import devicesPad from '@/words/devicesPad'
import faults from '@/words/faults'
import hall from '@/words/hall'
import journey from '@/words/journey'
import pad from '@/words/pad'
import padComplaints from '@/words/padComplaints'
import padCounters from '@/words/padCounters'
import padMonitor from '@/words/padMonitor'
import padTasks from '@/words/padTasks'
import padTickets from '@/words/padTickets'
import visitor from '@/words/visitor'
import App from './App.vue'
import BusinessPage from './BusinessPage.vue'
import BookingsPage from './BookingsPage.vue'
import ComplaintsPage from './ComplaintsPage.vue'
import CountersPage from './CountersPage.vue'
import DevicesPage from './devices/DevicesPage.vue'
import HallMapPage from './HallMapPage.vue'
import ItemsPage from './ItemsPage.vue'
import ModulePage from './ModulePage.vue'
import MonitorPage from './MonitorPage.vue'
import NoticesPage from './NoticesPage.vue'
import QueuePage from './QueuePage.vue'

startSurface({
  surface: 'pad',
  app: App,
  words: { authorise, automations, delivery, devices, devicesPad, faults, pad, padComplaints, padCounters, padMonitor, padTasks, padTickets, hall, journey, visitor },
  routes: [
    { path: '/', component: HallMapPage },
    { path: '/queue', component: QueuePage },
    { path: '/counters', component: CountersPage },
    { path: '/bookings', component: BookingsPage },
    { path: '/business', component: BusinessPage },
    { path: '/items', component: ItemsPage },
    { path: '/complaints', component: ComplaintsPage },
    { path: '/notices', component: NoticesPage },
    { path: '/analysis', component: MonitorPage },
    { path: '/devices/:view(list|scenes|alarms|automations)?', component: DevicesPage },
    { path: '/:module(products|social)', component: ModulePage },
    { path: '/:rest(.*)*', redirect: '/' },
  ],
})

registerOffline('pad')
