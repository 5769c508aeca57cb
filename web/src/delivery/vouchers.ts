/** A movement of blank vouchers as it is being asked for. */
import type { components } from '@/api/schema'

export interface Draft {
  kind: string
  first: string
  last: string
  to: string
  /** Filled in: it is a void, and goes nowhere. */
  reason: string
}

export const MOVE_TONES: Record<string, 'good' | 'warn' | 'bad' | 'neutral'> = { asked: 'warn', confirmed: 'warn', partly: 'bad', done: 'good', refused: 'neutral' }

/** A reason alone makes a void; without one it needs a place to go to. */
export const isAskable = ({ first, last, to, reason }: Draft): boolean => first.trim() !== '' && last.trim() !== '' && (reason.trim() !== '' || to !== '')

export const asked = ({ kind, first, last, to, reason }: Draft, from: string): components['schemas']['delivery_voucher_routes_MoveRequest'] => ({
  kind, first: first.trim(), last: last.trim(), from_holder: from, to_holder: reason.trim() ? '' : to, reason: reason.trim(),
})
