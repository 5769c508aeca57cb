/** The list of those who wait: which of them, and in which order. Pure. */
import type { HallView, StaffTicket } from '@/live/hall'

export interface QueueFilter {
  service: string
  /** A segment; "vip" is all of them. */
  segment: string
  state: string
  search: string
}

/** Open tickets that fit the filter, those who have waited longest first; served ones last. */
export function queueOf(hall: HallView, filter: QueueFilter): StaffTicket[] {
  const needle = filter.search.trim().toUpperCase()
  const fits = (ticket: StaffTicket): boolean =>
    (filter.service === '' || ticket.service === filter.service) &&
    (filter.segment === '' || (filter.segment === 'vip' ? ticket.segment.startsWith('vip') : filter.segment === 'care' ? ticket.segment === 'care' || ticket.care.length > 0 : ticket.segment === filter.segment)) &&
    (filter.state === '' || ticket.state === filter.state) &&
    (needle === '' || ticket.number.includes(needle))
  const rank = (ticket: StaffTicket): number => (ticket.state === 'serving' || ticket.state === 'called' ? 1 : 0)
  return Object.values(hall.tickets)
    .filter(fits)
    .sort((one, other) => rank(one) - rank(other) || one.since_ms - other.since_ms)
}

/** How grave a wait is, by the branch's own limits for this kind of customer. */
export function waitTone(minutes: number, limits: { yellow: number; orange: number; red: number } | undefined): 'neutral' | 'warn' | 'bad' {
  if (!limits || minutes < limits.yellow) return 'neutral'
  return minutes >= limits.orange ? 'bad' : 'warn'
}
