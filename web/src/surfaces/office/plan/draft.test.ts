import { describe, expect, it } from 'vitest'
import { bare, boxOf, emptyDraft, fitted, fromPlan, isRectangle, moved, rectangle, reshaped, snapped, split, toPlan, withFloor, withThing, withoutFloor, withoutPoint, withoutThing, type Draft, type Plan, type Zone } from './draft'

const zone: Zone = { id: 'z', branch: 'b', kind: 'waiting', name: { zh: '等候区', en: 'Waiting' }, floor: 1, capacity: 8, about: { zh: '', en: '' } }
const plan = {
  type: 'FeatureCollection',
  properties: { width: 20, height: 10, floors: [{ floor: 1, name: { zh: '一层', en: 'Ground' } }, { floor: 2, name: { zh: '二层', en: 'First' } }] },
  features: [
    { type: 'Feature', geometry: { type: 'Polygon', coordinates: [[[1, 1], [5, 1], [5, 4], [1, 4], [1, 1]]] }, properties: { kind: 'zone', floor: 1, zone: 'z', name: { zh: '旧名', en: 'Old' } } },
    { type: 'Feature', geometry: { type: 'LineString', coordinates: [[0, 0], [10, 0]] }, properties: { kind: 'walkway', floor: 1 } },
    { type: 'Feature', geometry: { type: 'Point', coordinates: [3, 3] }, properties: { kind: 'lift', floor: 1, id: 'L', floors: [1, 2] } },
    { type: 'Feature', geometry: { type: 'Point', coordinates: [2, 2] }, properties: { kind: 'kiosk', floor: 1, id: 'K1', zone: 'z' } },
  ],
} as unknown as Plan

const draft = (): Draft => fromPlan(plan, [zone])
const thing = (d: Draft, at: number) => {
  const found = d.things[at]
  if (!found) throw new Error('no such thing')
  return found
}

describe('a floor plan being drawn', () => {
  it('goes to the server as it came, zones under their present names', () => {
    const sent = toPlan(draft()) as { features: { properties: Record<string, unknown> }[] }
    const came = plan as unknown as { features: { properties: Record<string, unknown> }[] }
    expect(sent.features[0]?.properties['name']).toEqual({ zh: '等候区', en: 'Waiting' })
    expect(sent.features.slice(1)).toEqual(came.features.slice(1))
  })

  it('snaps to the grid and keeps whole centimetres', () => {
    expect(snapped(1.26, 0.5)).toBe(1.5)
    expect(snapped(0.1 + 0.2, 0)).toBe(0.3)
  })

  it('moves a thing no further than the site', () => {
    const d = draft()
    expect(boxOf(moved(thing(d, 0), [2, 1], d).points)).toEqual({ x: 3, y: 2, width: 4, height: 3 })
    expect(boxOf(moved(thing(d, 0), [100, -100], d).points)).toEqual({ x: 17, y: -1, width: 4, height: 3 })
  })

  it('keeps a rectangle one when a corner is drawn, and never folds it to a line', () => {
    const d = draft()
    const wider = reshaped(thing(d, 0), 2, [8, 6], d)
    expect(isRectangle(wider.points)).toBe(true)
    expect(boxOf(wider.points)).toEqual({ x: 1, y: 1, width: 7, height: 5 })
    expect(reshaped(thing(d, 0), 2, [1, 6], d).points).toEqual(thing(d, 0).points)
  })

  it('moves one corner of any other shape', () => {
    const d = draft()
    const five = split(thing(d, 0), 0)
    expect(five.points).toHaveLength(5)
    expect(reshaped(five, 1, [3, 0], d).points[1]).toEqual([3, 0])
    expect(withoutPoint(five, 1).points).toEqual(thing(d, 0).points)
    const line = thing(d, 1)
    expect(withoutPoint(line, 0)).toBe(line)
    expect(split(line, 1)).toBe(line)
  })

  it('fits a thing into the numbers of its box', () => {
    const d = draft()
    expect(boxOf(fitted(thing(d, 0), { x: 0, y: 2, width: 6, height: 2 }, d).points)).toEqual({ x: 0, y: 2, width: 6, height: 2 })
    expect(fitted(thing(d, 1), { x: 0, y: 5, width: 10, height: 3 }, d).points).toEqual([[0, 5], [10, 5]])
  })

  it('takes a zone off with its record, and what named it forgets it', () => {
    const here = draft()
    const gone = withoutThing(here, thing(here, 0).key)
    expect(gone.zones).toEqual([])
    expect(gone.things.find(({ kind }) => kind === 'kiosk')?.zone).toBe('')
  })

  it('adds a floor with the outer wall of the others, and takes one away with all that joins it', () => {
    const here = withThing(draft(), { ...bare('outline', 1), points: rectangle([0, 0], [20, 10]) })
    const three = withFloor(here, { floor: 3, name: { zh: '三层', en: 'Second' } })
    expect(three.things.filter(({ kind, floor }) => kind === 'outline' && floor === 3)).toHaveLength(1)
    const one = withoutFloor(withoutFloor(three, 3), 2)
    expect(one.floors.map(({ floor }) => floor)).toEqual([1])
    expect(one.things.some(({ kind }) => kind === 'lift')).toBe(false)
    expect(withoutFloor(one, 1)).toBe(one)
  })

  it('begins with a wall on every floor that has zones', () => {
    const fresh = emptyDraft([zone, { ...zone, id: 'up', floor: 2 }], { zh: '一层', en: 'Ground' })
    expect(fresh.floors.map(({ floor }) => floor)).toEqual([1, 2])
    expect(fresh.things.map(({ kind }) => kind)).toEqual(['outline', 'outline'])
  })
})
