/** To where a ticket may be handed over. Pure, so that every branch of it can be tested. */
import type { HallView, StaffTicket } from '@/live/hall'

export interface CounterTarget {
  id: string
  sign: string
  state: HallView['counters'][string]['state']
  staff: string
}

/** Counters that are staffed and do the ticket's service, by their sign; the ticket's own is left out. */
export function counterTargets(hall: HallView, ticket: Pick<StaffTicket, 'service' | 'counter'>): CounterTarget[] {
  return Object.entries(hall.counters)
    .filter(([id, counter]) => id !== ticket.counter && counter.state !== 'closed' && counter.services.includes(ticket.service))
    .map(([id, counter]) => ({ id, sign: counter.sign, state: counter.state, staff: counter.staff_name }))
    .sort((one, other) => one.sign.localeCompare(other.sign, 'zh-CN', { numeric: true }))
}

/** People who sit at a counter that does the service, each once; whoever has the ticket now is left out. */
export function staffTargets(hall: HallView, ticket: Pick<StaffTicket, 'service' | 'counter'>): { id: string; name: string; sign: string }[] {
  return Object.entries(hall.counters)
    .filter(([id, counter]) => counter.staff !== '' && id !== ticket.counter && counter.services.includes(ticket.service))
    .map(([, counter]) => ({ id: counter.staff, name: counter.staff_name, sign: counter.sign }))
}
