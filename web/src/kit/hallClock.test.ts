import { describe, expect, it } from 'vitest'
import { hallNow, timeFrom } from './hallClock'

describe("the hall's time", () => {
  it('goes on from a reading at the speed of the hall', () => {
    expect(timeFrom({ now_ms: 1_000_000, speed: 1, at: 500 }, 1_500)).toBe(1_001_000)
    expect(timeFrom({ now_ms: 1_000_000, speed: 60, at: 500 }, 1_500)).toBe(1_060_000)
  })
  it("is the browser's until the server has answered", () => {
    expect(Math.abs(hallNow() - Date.now())).toBeLessThan(1_000)
  })
})
