import { describe, expect, it } from 'vitest'
import type { DeviceAlarm } from '@/live/faults'
import { byUrgency, hours, percent, yuan } from './faultLooks'

const alarm = (more: Partial<DeviceAlarm>): DeviceAlarm => ({ grade: 'minor', state: 'open', present: true, muted: false, raised_ms: 0, ...more }) as DeviceAlarm

describe('alarms in order', () => {
  it('has what waits for somebody first, the urgent before the old', () => {
    const found = byUrgency({
      old: alarm({ raised_ms: 1 }),
      urgent: alarm({ grade: 'critical', raised_ms: 5 }),
      young: alarm({ raised_ms: 4 }),
      putOff: alarm({ grade: 'critical', state: 'suspended' }),
      gone: alarm({ grade: 'major', present: false }),
    })
    expect(found.map(({ id }) => id)).toEqual(['urgent', 'old', 'young', 'putOff', 'gone'])
  })
})

describe('figures', () => {
  it('are dashes where there is nothing to divide by', () => {
    expect([percent(null), percent(0.99876), percent(0.99876, 2), hours(undefined), hours(1.25), hours(41.4), yuan(12800)]).toEqual(['–', '99.9%', '99.88%', '–', '1.3', '41', '¥128.00'])
  })
})
