import { describe, expect, it } from 'vitest'
import { inOrder, isOverdue, stepsOf, type Complaint } from './complaints'

const complaint = (change: Partial<Complaint>): Complaint => ({ complaint: 'a', state: 'open', due_ms: 100, registered_ms: 0, ...change }) as Complaint

describe('complaints', () => {
  it('stand in the order in which they must be answered, settled ones last', () => {
    const listed = [
      complaint({ complaint: 'old', state: 'closed', registered_ms: 1 }),
      complaint({ complaint: 'new', state: 'answered', registered_ms: 9 }),
      complaint({ complaint: 'later', due_ms: 300 }),
      complaint({ complaint: 'soon', state: 'assigned', due_ms: 200 }),
    ]
    expect(inOrder(listed).map((one) => one.complaint)).toEqual(['soon', 'later', 'new', 'old'])
  })
  it('are overdue only while nobody has answered', () => {
    expect(isOverdue(complaint({ due_ms: 5 }), 6)).toBe(true)
    expect(isOverdue(complaint({ due_ms: 5, state: 'answered' }), 6)).toBe(false)
    expect(isOverdue(complaint({ due_ms: 7 }), 6)).toBe(false)
  })
  it('offer what the server allows', () => {
    expect(stepsOf(complaint({}))).toEqual(['assign', 'notes', 'answer'])
    expect(stepsOf(complaint({ state: 'answered' }))).toEqual(['notes'])
    expect(stepsOf(complaint({ state: 'closed' }))).toEqual([])
  })
})
