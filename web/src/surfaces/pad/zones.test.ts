import { describe, expect, it } from 'vitest'
import type { HallView } from '@/live/hall'
import { countByZone, countersOn, groupIn, placeOf, withRoomForName } from './zones'

const ticket = (change: object): object => ({ state: 'waiting', service: 'cash', counter: '', since_ms: 1000, ...change })
const visit = (change: object): object => ({ name: '', care: [], zone: '', tickets: [], ...change })
const hall = {
  tickets: { t1: ticket({}), t2: ticket({ service: 'loan', since_ms: 500 }), t3: ticket({ state: 'serving', counter: 'c1' }) },
  visits: {
    v1: visit({ tickets: ['t1'], zone: 'hall', name: '王*明' }),
    v2: visit({ tickets: ['t3'], zone: 'hall' }),
    v3: visit({ tickets: ['t2'] }),
  },
  counters: { c1: { sign: '1', zone: 'desk', state: 'serving' }, c2: { sign: '2', zone: 'up', state: 'open' } },
} as unknown as HallView
const zones = [{ id: 'hall', kind: 'waiting' }, { id: 'desk', kind: 'counters' }, { id: 'up', kind: 'wealth' }] as never
const counters = [{ id: 'c1', zone: 'desk', services: ['cash'] }, { id: 'c2', zone: 'up', services: ['loan'] }] as never

describe('the floor plan', () => {
  it('knows who is served where, else where they were seen', () => {
    expect(['v1', 'v2', 'v3'].map((id) => placeOf(hall.visits[id] as never, hall))).toEqual(['hall', 'desk', ''])
  })
  it('counts people and queues by zone', () => {
    const counts = countByZone(hall, zones, counters)
    expect(counts.get('hall')).toEqual({ here: 1, waiting: 2, longest_since_ms: 500 })
    expect(counts.get('desk')).toEqual({ here: 1, waiting: 1, longest_since_ms: 1000 })
    expect(counts.get('up')).toEqual({ here: 0, waiting: 1, longest_since_ms: 500 })
  })
  it('shows only people who let themselves be named, as one mark', () => {
    const square = { id: 'hall', name: '', polygon: [[0, 0], [10, 0], [10, 10], [0, 10]] as const }
    expect(groupIn(square, hall, [])).toEqual({ zone: 'hall', visits: [hall.visits.v1], at: [5, 6.7] })
    expect(groupIn({ ...square, id: 'desk' }, hall, [])).toBeNull()
  })
  it('puts the mark of people inside the zone, away from its name and from counters', () => {
    const square = { id: 'hall', name: '', polygon: [[0, 0], [10, 0], [10, 10], [0, 10]] as const }
    expect(groupIn(square, hall, [[5, 6.7]])?.at).not.toEqual([5, 6.7])
    const counters = [2, 5, 8].map((cx) => [cx, 0.9] as const)
    const flat = withRoomForName({ ...square, polygon: [[0, 0], [10, 0], [10, 3], [0, 3]] as const }, counters)
    const [px, py] = groupIn(flat, hall, counters)?.at ?? [0, 0]
    expect(py).toBeGreaterThan(0.5)
    expect(py).toBeLessThan(2.5)
    const [lx, ly] = flat.label ?? [0, 0]
    expect(Math.abs(px - lx) > 2.5 || Math.abs(py - ly) > 1).toBe(true)
    for (const [cx, cy] of counters) expect(Math.hypot(cx - px, cy - py)).toBeGreaterThan(1)
  })
  it('writes the name of a zone where no counter stands', () => {
    const zone = { id: 'z', name: '', polygon: [[0, 0], [12, 0], [12, 4], [0, 4]] as const }
    expect(withRoomForName(zone, [])).toBe(zone)
    expect(withRoomForName(zone, [[3, 2], [6, 2], [9, 2]]).label?.[1]).not.toBe(2)
    expect(withRoomForName(zone, [[50, 2]])).toBe(zone)
  })
  it('shows the counters of the floor it draws', () => {
    const places = new Map([['c1', { floor: '1', at: [1, 2] as const }], ['c2', { floor: '2', at: [3, 4] as const }]])
    expect(countersOn({ id: '1', name: '', outline: [], zones: [] }, hall, places).map(({ id }) => id)).toEqual(['c1'])
  })
})
