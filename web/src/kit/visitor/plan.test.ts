import { describe, expect, it } from 'vitest'
import { drawnPlan, drawnRoute, openZones, standingOf } from './plan'
import type { ServedPlan, Zone } from './types'

const zone = (id: string, kind: Zone['kind']): Zone => ({ id, branch: 'east', kind, name: { zh: id, en: id }, floor: 1, capacity: 0 })
const ZONES = [zone('smart', 'smart_service'), zone('guidance', 'guidance'), zone('back', 'back_office')]
const PLAN: ServedPlan = {
  properties: { width: 30, height: 20, floors: [{ floor: 1, name: { zh: '一层' } }, { floor: 2, name: { zh: '二层' } }] },
  features: [
    { properties: { kind: 'outline' }, geometry: { type: 'Polygon', coordinates: [[[0, 0], [30, 0], [30, 20], [0, 0]]] } },
    { properties: { kind: 'zone', zone: 'smart' }, geometry: { type: 'Polygon', coordinates: [[[1, 2], [3, 2], [3, 4], [1, 2]]] } },
    { properties: { kind: 'walkway', floor: 2 }, geometry: { type: 'LineString', coordinates: [[0, 5], [9, 5]] } },
    { properties: { kind: 'kiosk', id: 'k3', zone: 'smart' }, geometry: { type: 'Point', coordinates: [1, 5] } },
    { properties: { kind: 'kiosk', id: 'k1', zone: 'guidance' }, geometry: { type: 'Point', coordinates: [12, 4] } },
  ],
}
const say = (text: { zh: string } | null | undefined): string => text?.zh ?? ''

describe('the floor plan as drawn', () => {
  it('turns y round and sorts features by floor', () => {
    const { floors } = drawnPlan(PLAN, ZONES, '东城支行', say)
    expect(floors.map(({ id }) => id)).toEqual(['1', '2'])
    expect(floors[0]?.zones).toEqual([{ id: 'smart', name: 'smart', kind: 'smart_service', polygon: [[1, 18], [3, 18], [3, 16], [1, 18]] }])
    expect(floors[0]?.walkways).toEqual([])
    expect(floors[1]?.walkways).toEqual([[[0, 15], [9, 15]]])
  })
  it('finds the machine by its id, else one in the guidance area', () => {
    expect(standingOf(PLAN, ZONES, 'k3')).toEqual({ id: 'k3', zone: 'smart', floor: 1, x: 1, y: 5 })
    expect(standingOf(PLAN, ZONES, '')?.id).toBe('k1')
    expect(standingOf({ ...PLAN, features: [] }, ZONES, 'k3')).toBeUndefined()
  })
  it('draws the way floor by floor', () => {
    const route = { zone: 'smart', length_m: 3, seconds: 4, steps: [], parts: [{ floor: 1, line: [[0, 0], [0, 6]] as [number, number][] }] }
    expect(drawnRoute(PLAN, route)).toEqual([{ floor: '1', points: [[0, 20], [0, 14]] }])
  })
  it('sends nobody to a back office', () => {
    expect(openZones(ZONES).map(({ id }) => id)).toEqual(['smart', 'guidance'])
  })
})
