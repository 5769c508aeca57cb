/** Devices in lists and on the map: found, put in order, gathered where they stand close. Pure. */
import type { BranchDevices, Condition, DeviceCard, Group } from '@/live/devices'
import type { Text } from '../composables/useText'
import { boxAround, centroid, type FloorPlan, type FloorZone, type Point } from '../floor'
import { CONDITIONS, GROUPS, TROUBLED } from './looks'

type Say = (text: Text | null | undefined) => string

export interface Row {
  id: string
  card: DeviceCard
}

export interface DeviceFilters {
  search: string
  condition: string
  group: string
  /** `-` for what stands in no zone. */
  zone: string
}

export const rowsOf = (view: BranchDevices): Row[] => Object.entries(view.devices).map(([id, card]) => ({ id, card }))

const rank = (condition: Condition): number => CONDITIONS.indexOf(condition)
export const worstOf = (conditions: readonly Condition[]): Condition => conditions.reduce((worst, one) => (rank(one) < rank(worst) ? one : worst), 'ok')
export const isTroubled = ({ card }: Row): boolean => TROUBLED.has(card.condition)

const CHINESE_FIRST = new Intl.Collator(['zh-CN', 'en'], { numeric: true })

/** Faults on top, then by name. */
export function worstFirst(rows: readonly Row[], say: Say): Row[] {
  return [...rows].sort((one, other) => rank(one.card.condition) - rank(other.card.condition) || CHINESE_FIRST.compare(say(one.card.name), say(other.card.name)))
}

export function matching(rows: readonly Row[], { search, condition, group, zone }: DeviceFilters): Row[] {
  const wanted = search.trim().toLowerCase()
  return rows.filter(
    ({ id, card }) =>
      (condition === '' || card.condition === condition) &&
      (group === '' || card.group === group) &&
      (zone === '' || card.zone === (zone === '-' ? '' : zone)) &&
      (wanted === '' || [id, card.name.zh, card.name.en, card.type_text.zh, card.type_text.en].some((text) => (text ?? '').toLowerCase().includes(wanted))),
  )
}

export interface Grouped {
  group: Group
  rows: Row[]
}

/** The groups that have any, in the order of the declaration, but those with trouble first. */
export function byGroup(rows: readonly Row[], say: Say): Grouped[] {
  const groups = GROUPS.map((group) => ({ group, rows: worstFirst(rows.filter(({ card }) => card.group === group), say) })).filter(({ rows: own }) => own.length > 0)
  const worst = ({ rows: own }: Grouped): number => (own.some(isTroubled) ? rank(worstOf(own.map(({ card }) => card.condition))) : CONDITIONS.length)
  return groups.sort((one, other) => worst(one) - worst(other))
}

export interface Placed {
  floor: string
  at: Point
  row: Row
}

/** Places beside a zone's name for devices of which only the zone is known, in metres from it; and how far they stay from the zone's edge. */
const BESIDE_NAME: readonly Point[] = [[0, 2], [0, -2.6], [-4, 0], [4, 0], [-2.6, 0], [2.6, 0]]
const FROM_EDGE_M = 0.7

/** The first of those places that lies within the zone; its middle where none does. */
function besideName(zone: FloorZone): Point {
  const [x, y] = zone.label ?? centroid(zone.polygon)
  const box = boxAround(zone.polygon)
  const isInside = ([px, py]: Point): boolean =>
    px >= box.x + FROM_EDGE_M && px <= box.x + box.width - FROM_EDGE_M && py >= box.y + FROM_EDGE_M && py <= box.y + box.height - FROM_EDGE_M
  return BESIDE_NAME.map(([dx, dy]): Point => [x + dx, y + dy]).find(isInside) ?? centroid(zone.polygon)
}

/** The spot of each device on a plan that is `heightM` metres high; the plan counts upwards, the map downwards. */
export function onSpots(rows: readonly Row[], heightM: number): Placed[] {
  return rows.flatMap((row): Placed[] => {
    const { spot } = row.card
    return spot ? [{ floor: String(spot.floor ?? 1), at: [spot.x, heightM - spot.y], row }] : []
  })
}

/** Where each device is drawn: on its spot, or beside the name of its zone; what has neither is left out. */
export function placed(rows: readonly Row[], plan: FloorPlan, heightM: number): Placed[] {
  const zones = new Map(plan.floors.flatMap((floor) => floor.zones.map((zone) => [zone.id, { floor: floor.id, at: besideName(zone) }] as const)))
  const floors = new Set(plan.floors.map(({ id }) => id))
  const spots = onSpots(rows, heightM).filter(({ floor }) => floors.has(floor))
  const known = new Set(spots.map(({ row }) => row.id))
  return [...spots, ...rows.flatMap((row): Placed[] => {
    const area = zones.get(row.card.zone)
    return area && !known.has(row.id) ? [{ ...area, row }] : []
  })]
}

export interface Mark {
  at: Point
  rows: Row[]
  worst: Condition
  /** How many of them are as the worst. */
  asBad: number
}

/** Marks that a finger can tell apart: devices nearer to each other than `reachM` metres become one. */
export function marksOf(devices: readonly Placed[], reachM: number): Mark[] {
  const marks: Mark[] = []
  // The worst first, so that a fault keeps its own place and others gather around it.
  const ordered = [...devices].sort((one, other) => rank(one.row.card.condition) - rank(other.row.card.condition))
  for (const { at, row } of ordered) {
    const near = marks.find((mark) => Math.hypot(mark.at[0] - at[0], mark.at[1] - at[1]) < reachM)
    if (!near) marks.push({ at, rows: [row], worst: row.card.condition, asBad: 1 })
    else {
      near.rows.push(row)
      if (row.card.condition === near.worst) near.asBad += 1
    }
  }
  return marks
}
