/** Complaints as the PAD shows them. Pure. */
import type { components } from '@/api/schema'
import type { Tone } from '@/kit/tones'

export type Complaint = components['schemas']['ComplaintView']
export type ComplaintStep = 'assign' | 'notes' | 'answer'

export const COMPLAINT_TONES: Record<Complaint['state'], Tone> = { open: 'warn', assigned: 'accent', answered: 'good', closed: 'neutral' }

export const isUnsettled = ({ state }: Complaint): boolean => state === 'open' || state === 'assigned'

/** Not answered in time. */
export const isOverdue = (complaint: Complaint, now: number): boolean => isUnsettled(complaint) && complaint.due_ms < now

/** What staff may do with it, as the server allows it. */
export function stepsOf(complaint: Complaint): ComplaintStep[] {
  if (isUnsettled(complaint)) return ['assign', 'notes', 'answer']
  return complaint.state === 'answered' ? ['notes'] : []
}

/** What must be answered first stands first, what is settled after it, the newest on top. */
export function inOrder(complaints: readonly Complaint[]): Complaint[] {
  return [...complaints].sort((one, other) => {
    const settled = Number(!isUnsettled(one)) - Number(!isUnsettled(other))
    if (settled !== 0) return settled
    return isUnsettled(one) ? one.due_ms - other.due_ms : other.registered_ms - one.registered_ms
  })
}
