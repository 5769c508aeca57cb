/** The customer's own ticket as the server makes it (`hall.ticket`), and what a change of it asks of the phone. */
import type { Text } from '@/kit/composables/useText'
import type { Estimate } from '@/kit/estimate'
import type { Notice, TicketLeg, TicketState } from '@/live/hall'

export interface TicketView {
  ticket: string
  number: string
  state: TicketState
  branch: Text
  issued_ms: number
  called_ms: number
  ahead: number
  wait?: Estimate
  sign: string
  zone: string
  zone_name: Text
  legs: readonly TicketLeg[]
  later: readonly Text[]
  due_ms: number
  booked_ms: number
  may_rate: boolean
  notices: Readonly<Record<string, Notice>>
}

/** From so few people ahead on one should stay near. */
const NEAR = 2

/** What is worth a sound: the call (each time), coming near, having been passed. Nothing at the first sight but a call. */
export function signalOf(before: TicketView | null, now: TicketView): 'called' | 'near' | 'passed' | null {
  if (now.state === 'called' && (before?.state !== 'called' || before.called_ms !== now.called_ms)) return 'called'
  if (!before) return null
  if (now.state === 'passed' && before.state !== 'passed') return 'passed'
  if (now.state === 'waiting' && before.state === 'waiting' && before.ahead > NEAR && now.ahead <= NEAR) return 'near'
  return null
}

/** The service to ask about: the first finished one without a score. */
export const toRate = (legs: readonly TicketLeg[]): TicketLeg | undefined => legs.find(({ done, score }) => done && score === 0)
