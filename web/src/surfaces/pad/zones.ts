/** What lives where on the floor plan, from the hall's state. Pure. */
import type { components } from '@/api/schema'
import type { HallView, PadCounter, PadVisit, StaffTicket } from '@/live/hall'
import { boxAround, centroid, type Floor, type FloorZone, type Point } from '@/kit/floor'

type Zone = components['schemas']['Zone']
type Counter = components['schemas']['Counter']

export interface ZoneCount {
  /** People known to be in the zone. */
  here: number
  /** People who wait for what the zone's counters do; for a waiting area, all who wait. */
  waiting: number
  /** The longest of those waits, from this moment. */
  longest_since_ms: number | null
}

const waits = (ticket: StaffTicket): boolean => ticket.state === 'waiting'

/** Where a visit is: at the counter that serves it, else where it was last seen; "" where nobody knows. */
export function placeOf(visit: PadVisit, hall: HallView): string {
  for (const id of visit.tickets) {
    const ticket = hall.tickets[id]
    if (ticket?.counter && (ticket.state === 'serving' || ticket.state === 'called')) return hall.counters[ticket.counter]?.zone ?? visit.zone
  }
  return visit.zone
}

/** @param counters the branch's records: what each counter does, also while it is closed. */
export function countByZone(hall: HallView, zones: readonly Zone[], counters: readonly Counter[]): Map<string, ZoneCount> {
  const waiting = Object.values(hall.tickets).filter(waits)
  const oldest = (tickets: readonly StaffTicket[]): number | null => (tickets.length > 0 ? Math.min(...tickets.map(({ since_ms }) => since_ms)) : null)
  // The waiting area nearest to the street: upstairs ones are for guests who were invited there.
  const firstWaitingArea = zones.filter(({ kind }) => kind === 'waiting').sort((one, other) => (one.floor ?? 1) - (other.floor ?? 1))[0]?.id
  const counts = new Map<string, ZoneCount>()
  for (const zone of zones) {
    const does = new Set(counters.filter((counter) => counter.zone === zone.id).flatMap(({ services }) => services))
    const queue = zone.id === firstWaitingArea ? waiting : waiting.filter(({ service }) => does.has(service))
    const here = Object.values(hall.visits).filter((visit) => placeOf(visit, hall) === zone.id).length
    counts.set(zone.id, { here, waiting: queue.length, longest_since_ms: oldest(queue) })
  }
  return counts
}

/** Those in a zone who let themselves be named, as one mark: names over names could not be read. */
export interface Group {
  zone: string
  visits: PadVisit[]
  at: Point
}

/** How far the mark of people stays from the zone's edge, from counters, and from the middle of its name, in metres. */
const EDGE_OF_MARK_M = 0.65
const FROM_COUNTER_M = 1.45
const BELOW_NAME_M = 1.7
/** A name is so many times as wide as it is high, in any language. */
const NAME_WIDTH = 3.2
const ACROSS = [0.5, 0.35, 0.65, 0.2, 0.8, 0.08, 0.92]

/** The known people of a zone: below its name where there is room, else by the edge that is farthest from everything. */
export function groupIn(zone: FloorZone, hall: HallView, counters: readonly Point[]): Group | null {
  const visits = Object.values(hall.visits).filter((visit) => visit.name !== '' && placeOf(visit, hall) === zone.id)
  if (visits.length === 0) return null
  const [x, y] = zone.label ?? centroid(zone.polygon)
  const box = boxAround(zone.polygon)
  const [top, bottom] = [box.y + EDGE_OF_MARK_M, box.y + box.height - EDGE_OF_MARK_M]
  const edges = ACROSS.flatMap((share): Point[] => [[box.x + box.width * share, bottom], [box.x + box.width * share, top]])
  const below: Point[] = y + BELOW_NAME_M <= bottom ? [[x, y + BELOW_NAME_M]] : []
  // At 1 there is room enough; more of it is no better.
  const room = ([px, py]: Point): number =>
    Math.min(1, Math.hypot((px - x) / NAME_WIDTH, py - y) / BELOW_NAME_M, ...counters.map(([cx, cy]) => Math.hypot(cx - px, cy - py) / FROM_COUNTER_M))
  const at = [...below, ...edges].reduce((best, place) => (room(place) > room(best) + 0.01 ? place : best))
  return { zone: zone.id, visits, at }
}

export interface CounterMark {
  id: string
  counter: PadCounter
  at: Point
}

/** How far a zone's name stays from the zone's upper and lower edge, in metres. */
const EDGE_M = 0.75

/** The zone with its name where the counters leave room for it: in the middle, below or above. */
export function withRoomForName(zone: FloorZone, counters: readonly Point[]): FloorZone {
  const { x, y, width, height } = boxAround(zone.polygon)
  const inside = counters.filter(([cx, cy]) => cx >= x && cx <= x + width && cy >= y && cy <= y + height)
  if (inside.length === 0) return zone
  const [middle, centre] = centroid(zone.polygon)
  const places: Point[] = [[middle, centre], [middle, y + height - EDGE_M], [middle, y + EDGE_M]]
  // A name is wide and flat: what stands beside it is nearer than what stands as far above.
  const room = ([px, py]: Point): number => Math.min(...inside.map(([cx, cy]) => Math.hypot((cx - px) / 2.5, cy - py)))
  return { ...zone, label: places.reduce((best, place) => (room(place) > room(best) + 0.05 ? place : best)) }
}

/** The counters of a floor, where the plan draws them. */
export function countersOn(floor: Floor, hall: HallView, places: ReadonlyMap<string, { floor: string; at: Point }>): CounterMark[] {
  return Object.entries(hall.counters).flatMap(([id, counter]) => {
    const place = places.get(id)
    return place?.floor === floor.id ? [{ id, counter, at: place.at }] : []
  })
}
