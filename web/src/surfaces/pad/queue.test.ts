import { describe, expect, it } from 'vitest'
import type { HallView } from '@/live/hall'
import { queueOf, waitTone } from './queue'

const all = { service: '', segment: '', state: '', search: '' }
const ticket = (number: string, since_ms: number, change: object = {}): object => ({ number, since_ms, state: 'waiting', service: 'cash', segment: 'ordinary', care: [], ...change })
const hall = {
  tickets: {
    a: ticket('A001', 9, { state: 'serving' }),
    b: ticket('A002', 30),
    c: ticket('V001', 20, { segment: 'vip_branch', care: ['elder'] }),
    d: ticket('E001', 10, { segment: 'care', service: 'loan' }),
  },
} as unknown as HallView
const numbers = (change: object): string[] => queueOf(hall, { ...all, ...change }).map(({ number }) => number)

describe('the queue', () => {
  it.each([
    [{}, ['E001', 'V001', 'A002', 'A001']],
    [{ service: 'loan' }, ['E001']],
    [{ segment: 'vip' }, ['V001']],
    [{ segment: 'care' }, ['E001', 'V001']],
    [{ state: 'serving' }, ['A001']],
    [{ search: ' a00' }, ['A002', 'A001']],
  ])('with %o', (filter, expected) => {
    expect(numbers(filter)).toEqual(expected)
  })
  it('knows how grave a wait is by the branch’s limits', () => {
    const limits = { yellow: 15, orange: 25, red: 40 }
    expect([5, 15, 25].map((minutes) => waitTone(minutes, limits))).toEqual(['neutral', 'warn', 'bad'])
    expect(waitTone(99, undefined)).toBe('neutral')
  })
})
