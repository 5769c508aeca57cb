import { describe, expect, it } from 'vitest'
import { signalOf, toRate, type TicketView } from './ticket'

const view = (changes: Partial<TicketView>): TicketView => ({
  ticket: 't', number: 'A001', state: 'waiting', branch: { zh: '东城支行' }, issued_ms: 1, called_ms: 0, ahead: 5, sign: '', zone: '',
  zone_name: { zh: '' }, legs: [], later: [], due_ms: 0, booked_ms: 0, may_rate: false, notices: {}, ...changes,
})

describe('what is worth a sound', () => {
  it('is the call, and the call again, but not the same call twice', () => {
    const called = view({ state: 'called', called_ms: 10 })
    expect(signalOf(view({}), called)).toBe('called')
    expect(signalOf(null, called)).toBe('called')
    expect(signalOf(called, called)).toBeNull()
    expect(signalOf(called, view({ state: 'called', called_ms: 20 }))).toBe('called')
  })
  it('is coming near, once', () => {
    expect(signalOf(view({ ahead: 3 }), view({ ahead: 2 }))).toBe('near')
    expect(signalOf(view({ ahead: 2 }), view({ ahead: 1 }))).toBeNull()
    expect(signalOf(null, view({ ahead: 1 }))).toBeNull()
  })
  it('is having been passed', () => {
    expect(signalOf(view({ state: 'called' }), view({ state: 'passed' }))).toBe('passed')
    expect(signalOf(null, view({ state: 'passed' }))).toBeNull()
  })
})

describe('the service to rate', () => {
  const leg = (number: number, done: boolean, score = 0) => ({ leg: number, service: `s${String(number)}`, name: { zh: '' }, done, score })
  it('is named by its number on the ticket, not by its place in the list', () => {
    expect(toRate([leg(1, true), leg(2, false)])?.leg).toBe(1)
  })
  it('is the first finished one without a score', () => {
    expect(toRate([leg(0, true, 5), leg(2, true), leg(3, true)])?.leg).toBe(2)
    expect(toRate([leg(0, true, 5), leg(1, false)])).toBeUndefined()
  })
})
