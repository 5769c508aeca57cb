/** The queue as one person may work on it. Pure. */
import type { Queue, QueuedRequest } from './types'

/** mine: taken by me. said: my yes is there, another's is wanted. others: somebody has it. free: for me to take. */
export type Hold = 'mine' | 'said' | 'others' | 'free'

export function holdOf(request: QueuedRequest, me: string): Hold {
  if (request.taken_by !== '') return request.taken_by === me ? 'mine' : 'others'
  return request.given_by.includes(me) ? 'said' : 'free'
}

export const listed = (queue: Queue | null): QueuedRequest[] =>
  (queue?.order ?? []).flatMap((id) => {
    const request = queue?.requests[id]
    return request ? [request] : []
  })

/** What waits for somebody like me, the most urgent first. */
export const freeFor = (queue: Queue | null, me: string): QueuedRequest[] => listed(queue).filter((one) => holdOf(one, me) === 'free')

/** The one that I hold: after a reload it is still mine. */
export const mineOf = (queue: Queue | null, me: string): QueuedRequest | undefined => listed(queue).find((one) => holdOf(one, me) === 'mine')

/** Waits of a minute turn amber, of three red: the customer stands there. */
export const urgencyOf = (waited_ms: number): 'good' | 'warn' | 'bad' => (waited_ms >= 180_000 ? 'bad' : waited_ms >= 60_000 ? 'warn' : 'good')

/** The one above or below in the list; the first where none is chosen. */
export function moved(queue: Queue | null, chosen: string, by: 1 | -1): string {
  const order = listed(queue).map(({ authorisation }) => authorisation)
  const at = order.indexOf(chosen)
  if (order.length === 0) return ''
  return order[at < 0 ? 0 : Math.min(order.length - 1, Math.max(0, at + by))] ?? ''
}
