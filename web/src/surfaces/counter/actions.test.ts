import { describe, expect, it } from 'vitest'
import type { CounterView, StaffTicket } from '@/live/hall'
import { actionOfKey, actionsFor, nextAction } from './actions'

const anybody = (): boolean => true
function counter(change: Partial<CounterView>): CounterView {
  return { state: 'open', could: {}, services: { cash: { zh: '现金' } }, ...change } as CounterView
}
const ticket = (state: StaffTicket['state']): StaffTicket => ({ ticket: 't', number: 'A001', state }) as StaffTicket
const free = counter({})
const called = counter({ state: 'calling', current: ticket('called') })
const serving = counter({ state: 'serving', current: ticket('serving') })
const paused = counter({ state: 'paused' })

describe('the space bar', () => {
  it.each([
    [free, 'call'],
    [called, 'start'],
    [serving, 'finish_call'],
    [paused, null],
  ])('is the next thing', (view, expected) => {
    expect(nextAction(view)).toBe(expected)
  })
})

describe('what can be done', () => {
  it('is what the server would accept in that state', () => {
    expect(actionsFor(free, anybody)).toEqual(['call', 'pause', 'business', 'manager'])
    expect(actionsFor(paused, anybody)).toEqual(['resume', 'business', 'manager'])
    expect(actionsFor(called, anybody)).toEqual(['start', 'recall', 'pass', 'hold', 'transfer', 'services', 'abandon', 'business', 'manager'])
    expect(actionsFor(serving, anybody)).not.toContain('pass')
  })
  it('offers to give a ticket up only to who may', () => {
    expect(actionsFor(called, () => false)).not.toContain('abandon')
  })
  it('offers another set of services where there is one', () => {
    expect(actionsFor(counter({ could: { vip: { zh: '贵宾' } } }), anybody)).toContain('elastic')
  })
  it('has a key of its own for each', () => {
    for (const view of [free, called, serving, paused]) {
      const actions = actionsFor(view, anybody)
      expect(new Set(actions.map((id) => actionOfKey(id, actions, view) ?? id)).size).toBe(actions.length)
    }
    const actions = actionsFor(called, anybody)
    expect(actionOfKey('r', actions, called)).toBe('recall')
    expect(actionOfKey(' ', actions, called)).toBe('start')
    expect(actionOfKey('f', actions, called)).toBeNull()
  })
})
