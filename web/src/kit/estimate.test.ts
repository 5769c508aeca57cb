import { expect, it } from 'vitest'
import { estimateMinutes } from './estimate'

it('rounds the median, and the bounds outwards', () => {
  expect(estimateMinutes({ median_ms: 725_000, low_ms: 515_000, high_ms: 1_025_000 })).toEqual({ median: 12, low: 8, high: 18 })
})
it('keeps the median inside its bounds and above zero', () => {
  expect(estimateMinutes({ median_ms: 90_000, low_ms: 89_000, high_ms: 91_000 })).toEqual({ median: 2, low: 1, high: 2 })
  expect(estimateMinutes({ median_ms: -5, low_ms: -9, high_ms: 0 })).toEqual({ median: 0, low: 0, high: 0 })
})
