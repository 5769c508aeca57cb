import { describe, expect, it } from 'vitest'
import { momentAfter } from './moments'

describe('moments to put an alarm off to', () => {
  const now = new Date(2026, 10, 30, 23, 30).getTime()
  it('count from now', () => {
    expect(momentAfter('h1', now) - now).toBe(3_600_000)
    expect(momentAfter('week', now) - now).toBe(7 * 86_400_000)
  })
  it('has nine o’clock tomorrow, over the end of a month', () => {
    expect(new Date(momentAfter('tomorrow', now))).toEqual(new Date(2026, 11, 1, 9))
  })
})
