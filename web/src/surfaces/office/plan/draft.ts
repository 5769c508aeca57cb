/**
 * A floor plan while somebody draws it: things on floors, in metres as the server counts them (x to the right,
 * y up). Every change gives a new draft, so that undo is a step back in a list. Pure.
 */
import type { components } from '@/api/schema'

type Schemas = components['schemas']
export type Plan = Schemas['FloorPlan']
export type Zone = Schemas['Zone']
export type Kind = Schemas['org_model_plan_Kind']
export type XY = readonly [number, number]
export type Shape = 'point' | 'line' | 'area'

/** One thing on the plan. `points` are an area's corners without the first one again. */
export interface Thing {
  /** Its name while it is being drawn; never leaves the page. */
  key: number
  kind: Kind
  floor: number
  shape: Shape
  points: readonly XY[]
  /** Rings cut out of an area, as they came; they move along. */
  holes: readonly (readonly XY[])[]
  id: string
  zone: string
  counter: string
  /** The floors that a lift or stairs join. */
  floors: readonly number[]
  isEntrance: boolean
  facing: number
  style: string
}

export interface FloorName { floor: number; name: { zh: string; en: string } }
export interface Draft {
  width: number
  height: number
  floors: readonly FloorName[]
  things: readonly Thing[]
  zones: readonly Zone[]
}

export const SITE_MAX_M = 500
export const GRID_M = 0.5
const COORDINATE_MIN_M = -1

/** What each kind is drawn as; furniture may be anything. */
export const SHAPES: Record<Kind, Shape> = {
  zone: 'area', outline: 'area', furniture: 'area', walkway: 'line', wall: 'line',
  door: 'point', kiosk: 'point', counter: 'point', lift: 'point', stairs: 'point',
}

/** What furniture may be called; a plan from elsewhere may say something else. */
export const FURNITURE = [
  'sofa', 'seats', 'table', 'tea_table', 'desk', 'counter', 'reception', 'screen', 'lockers', 'bookcase', 'shelf', 'stage', 'health_check', 'plant', 'handrail',
] as const

let lastKey = 0
export const newKey = (): number => ++lastKey

// -- to and from the server ----------------------------------------------------------------

const closed = (ring: readonly XY[]): XY[] => (ring[0] ? [...ring, ring[0]] : [])

export function fromPlan(plan: Plan, zones: readonly Zone[]): Draft {
  const { width, height, floors } = plan.properties
  const things = (plan.features ?? []).map(({ geometry, properties: p }): Thing => {
    const rest = {
      key: newKey(), kind: p.kind, floor: p.floor ?? 1, id: p.id ?? '', zone: p.zone ?? '', counter: p.counter ?? '',
      floors: p.floors ?? [], isEntrance: p.is_entrance ?? false, facing: p.facing ?? 0, style: p.style ?? '', holes: [] as XY[][],
    }
    if (geometry.type === 'Point') return { ...rest, shape: 'point', points: [geometry.coordinates as unknown as XY] }
    if (geometry.type === 'LineString') return { ...rest, shape: 'line', points: geometry.coordinates as unknown as XY[] }
    const [outer = [], ...holes] = geometry.coordinates as unknown as XY[][]
    return { ...rest, shape: 'area', points: outer.slice(0, -1), holes }
  })
  return { width, height, floors, things, zones }
}

export function toPlan(draft: Draft): Plan {
  const names = new Map(draft.zones.map((zone) => [zone.id, zone.name]))
  const features = draft.things.map((thing) => {
    const geometry =
      thing.shape === 'point'
        ? { type: 'Point', coordinates: thing.points[0] ?? [0, 0] }
        : thing.shape === 'line'
          ? { type: 'LineString', coordinates: thing.points }
          : { type: 'Polygon', coordinates: [closed(thing.points), ...thing.holes] }
    const name = thing.kind === 'zone' ? names.get(thing.zone) : undefined
    return {
      type: 'Feature',
      geometry,
      properties: {
        kind: thing.kind,
        floor: thing.floor,
        ...(thing.id ? { id: thing.id } : {}),
        ...(thing.zone ? { zone: thing.zone } : {}),
        ...(thing.counter ? { counter: thing.counter } : {}),
        ...(name ? { name } : {}),
        ...(thing.floors.length ? { floors: thing.floors } : {}),
        ...(thing.isEntrance ? { is_entrance: true } : {}),
        ...(thing.facing ? { facing: thing.facing } : {}),
        ...(thing.style ? { style: thing.style } : {}),
      },
    }
  })
  const { width, height, floors } = draft
  return { type: 'FeatureCollection', properties: { width, height, floors }, features } as unknown as Plan
}

/** What a branch without a plan begins with: one floor and its outer wall. */
export function emptyDraft(zones: readonly Zone[], groundFloor: FloorName['name']): Draft {
  const floors = [...new Set([1, ...zones.map(({ floor }) => floor ?? 1)])].sort((a, b) => a - b)
  return {
    width: 30,
    height: 20,
    floors: floors.map((floor) => ({ floor, name: floor === 1 ? groundFloor : { zh: `${String(floor)} 层`, en: `Floor ${String(floor)}` } })),
    things: floors.map((floor) => ({ ...bare('outline', floor), points: rectangle([0, 0], [30, 20]) })),
    zones,
  }
}

// -- numbers -------------------------------------------------------------------------------

/** To the grid, then to the centimetre: no 0.30000000000000004 in a plan. */
export const snapped = (value: number, grid: number): number => {
  const whole = grid > 0 ? Math.round(value / grid) * grid : value
  return Math.round(whole * 100) / 100
}
const within = (value: number, most: number): number => Math.min(most, Math.max(COORDINATE_MIN_M, value))

export function clamped([x, y]: XY, draft: Draft): XY {
  return [within(x, draft.width + 1), within(y, draft.height + 1)]
}

export interface Box { x: number; y: number; width: number; height: number }
export function boxOf(points: readonly XY[]): Box {
  const xs = points.map(([x]) => x)
  const ys = points.map(([, y]) => y)
  const x = Math.min(...xs)
  const y = Math.min(...ys)
  return { x, y, width: snapped(Math.max(...xs) - x, 0), height: snapped(Math.max(...ys) - y, 0) }
}

export const rectangle = ([x1, y1]: XY, [x2, y2]: XY): XY[] => {
  const [left, right] = [Math.min(x1, x2), Math.max(x1, x2)]
  const [low, high] = [Math.min(y1, y2), Math.max(y1, y2)]
  return [[left, low], [right, low], [right, high], [left, high]]
}

/** Four corners, sides along the axes. */
export function isRectangle(points: readonly XY[]): boolean {
  if (points.length !== 4) return false
  const { x, y, width, height } = boxOf(points)
  const corners = new Set(points.map(([px, py]) => `${String(px)},${String(py)}`))
  return corners.size === 4 && points.every(([px, py]) => (px === x || Math.abs(px - x - width) < 1e-6) && (py === y || Math.abs(py - y - height) < 1e-6))
}

// -- changes -------------------------------------------------------------------------------

export const bare = (kind: Kind, floor: number): Thing => ({
  key: newKey(), kind, floor, shape: SHAPES[kind], points: [], holes: [], id: '', zone: '', counter: '', floors: [], isEntrance: false, facing: 0, style: '',
})

export const withThing = (draft: Draft, thing: Thing): Draft => ({
  ...draft,
  things: draft.things.some(({ key }) => key === thing.key)
    ? draft.things.map((one) => (one.key === thing.key ? thing : one))
    : [...draft.things, thing],
})

/** Takes a thing off the plan; a zone that is drawn goes with its record. */
export function withoutThing(draft: Draft, key: number): Draft {
  const gone = draft.things.find((one) => one.key === key)
  if (!gone) return draft
  const things = draft.things.filter((one) => one.key !== key)
  if (gone.kind !== 'zone') return { ...draft, things }
  return {
    ...draft,
    things: things.map((one) => (one.zone === gone.zone ? { ...one, zone: '' } : one)),
    zones: draft.zones.filter(({ id }) => id !== gone.zone),
  }
}

/** All of it by so many metres, no further than the site goes. */
export function moved(thing: Thing, [dx, dy]: XY, draft: Draft): Thing {
  const { x, y, width, height } = boxOf(thing.points)
  const [toX, toY] = clamped([x + dx, y + dy], { ...draft, width: draft.width - width, height: draft.height - height })
  const by = ([px, py]: XY): XY => [snapped(px + toX - x, 0), snapped(py + toY - y, 0)]
  return { ...thing, points: thing.points.map(by), holes: thing.holes.map((hole) => hole.map(by)) }
}

/** One corner to another place; a rectangle stays one. */
export function reshaped(thing: Thing, index: number, to: XY, draft: Draft): Thing {
  const at = clamped(to, draft)
  if (thing.shape === 'area' && isRectangle(thing.points)) {
    const opposite = thing.points[(index + 2) % 4]
    if (!opposite || opposite[0] === at[0] || opposite[1] === at[1]) return thing
    const old = thing.points[index]
    return {
      ...thing,
      points: thing.points.map(([x, y]) => [x === old?.[0] ? at[0] : x, y === old?.[1] ? at[1] : y] as const),
    }
  }
  return { ...thing, points: thing.points.map((one, n) => (n === index ? at : one)) }
}

/** Stretched into a box: what its four numbers say. */
export function fitted(thing: Thing, box: Box, draft: Draft): Thing {
  const old = boxOf(thing.points)
  const scale = (value: number, from: number, was: number, to: number, size: number): number =>
    snapped(was > 0 ? to + ((value - from) / was) * size : to, 0)
  const put = ([x, y]: XY): XY =>
    clamped([scale(x, old.x, old.width, box.x, box.width), scale(y, old.y, old.height, box.y, box.height)], draft)
  return { ...thing, points: thing.points.map(put), holes: thing.holes.map((hole) => hole.map(put)) }
}

/** A new corner in the middle of the side that begins at `index`. */
export function split(thing: Thing, index: number): Thing {
  const one = thing.points[index]
  const next = thing.points[(index + 1) % thing.points.length]
  if (!one || !next || (thing.shape === 'line' && index === thing.points.length - 1)) return thing
  const middle: XY = [snapped((one[0] + next[0]) / 2, 0), snapped((one[1] + next[1]) / 2, 0)]
  return { ...thing, points: [...thing.points.slice(0, index + 1), middle, ...thing.points.slice(index + 1)] }
}

export const pointsMin = (shape: Shape): number => (shape === 'area' ? 3 : shape === 'line' ? 2 : 1)
export function withoutPoint(thing: Thing, index: number): Thing {
  if (thing.points.length <= pointsMin(thing.shape)) return thing
  return { ...thing, points: thing.points.filter((_, n) => n !== index) }
}

export const withZone = (draft: Draft, zone: Zone): Draft => ({
  ...draft,
  zones: draft.zones.some(({ id }) => id === zone.id) ? draft.zones.map((one) => (one.id === zone.id ? zone : one)) : [...draft.zones, zone],
})

// -- floors --------------------------------------------------------------------------------

export function withFloor(draft: Draft, one: FloorName): Draft {
  const known = draft.floors.some(({ floor }) => floor === one.floor)
  const floors = known ? draft.floors.map((other) => (other.floor === one.floor ? one : other)) : [...draft.floors, one]
  const outline = draft.things.find(({ kind }) => kind === 'outline')
  const walls = known ? [] : [{ ...bare('outline', one.floor), points: outline?.points ?? rectangle([0, 0], [draft.width, draft.height]) }]
  return { ...draft, floors: [...floors].sort((a, b) => a.floor - b.floor), things: [...draft.things, ...walls] }
}

/** Takes a floor away with all that stands on it; the last one stays. */
export function withoutFloor(draft: Draft, floor: number): Draft {
  if (draft.floors.length <= 1) return draft
  const cleared = draft.things.filter((one) => one.floor === floor).reduce((now, one) => withoutThing(now, one.key), draft)
  const joins = (thing: Thing): Thing => ({ ...thing, floors: thing.floors.filter((one) => one !== floor) })
  return {
    ...cleared,
    floors: cleared.floors.filter((one) => one.floor !== floor),
    things: cleared.things.map(joins).filter((one) => !['lift', 'stairs'].includes(one.kind) || one.floors.length >= 2),
    zones: cleared.zones.filter((zone) => (zone.floor ?? 1) !== floor),
  }
}

/** The number for one floor more: above the highest. */
export const nextFloor = (draft: Draft): number => Math.max(...draft.floors.map(({ floor }) => floor)) + 1
