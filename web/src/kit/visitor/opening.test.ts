import { describe, expect, it } from 'vitest'
import { openingAt } from './opening'

const HOUR = 3_600_000
const at = (day: number, hour: number): number => (day * 24 + hour) * HOUR
const dayOf = (ms: number): string => String(Math.floor(ms / 24 / HOUR))
const SPANS = [
  { opens_ms: at(1, 9), closes_ms: at(1, 12) },
  { opens_ms: at(1, 13.5), closes_ms: at(1, 17) },
  { opens_ms: at(3, 9), closes_ms: at(3, 17) },
]

describe('the doors', () => {
  it.each([
    [at(1, 8), { kind: 'before', next_ms: at(1, 9) }],
    [at(1, 9), { kind: 'open', closes_ms: at(1, 12) }],
    [at(1, 12), { kind: 'break', next_ms: at(1, 13.5) }],
    [at(1, 16.9), { kind: 'open', closes_ms: at(1, 17) }],
    [at(1, 17), { kind: 'after', next_ms: at(3, 9) }],
    [at(2, 10), { kind: 'away', next_ms: at(3, 9) }],
    [at(3, 18), { kind: 'after' }],
  ])('at %d', (now, expected) => {
    expect(openingAt(SPANS, now, dayOf)).toEqual(expected)
  })
  it('never open again that anybody knows of', () => {
    expect(openingAt([], at(1, 10), dayOf)).toEqual({ kind: 'away' })
  })
})
