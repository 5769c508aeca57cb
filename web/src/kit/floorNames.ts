/** Where the name of a zone stands on the map so that what is marked there does not hide it. Pure; lengths in metres. */
import { boxAround, centroid, isWithin, widthInEms, wrapName, type FloorZone, type Point } from './floor'

export interface Size {
  width: number
  height: number
}
export type Form = 'tall' | 'flat' | 'bare'
export interface NamePlace {
  at: Point
  /** tall: the note below the name; flat: behind it, where there is no room for two lines; bare: no room for the note. */
  form: Form
}

/** A name as it is written, and where. */
export interface Label extends NamePlace {
  lines: string[]
  /** How much of the text size fits; small zones write smaller, never below two thirds. */
  shrink: number
}

/** The height of a line. */
export const LINE_EM = 1.25
const SHRINK_MIN = 0.66
/** Half a mark with a little air, in pixels. */
const MARK_PX = 18

/** Shares of the zone's width and height that are tried. */
const SHARES = [0.5, 0.35, 0.65, 0.2, 0.8, 0.03, 0.97]
/** What each form costs, in radii of marks that it would have to keep clear to be the better one. */
const FORM_COST: Readonly<Record<Form, number>> = { tall: 0, flat: 0.15, bare: 0.3 }
/** How much the whole way from the middle to a corner costs: of places as good the nearest wins. */
const WAY_COST = 0.1
/** How much it costs to stand outside the zone, in radii of marks. */
const OUTSIDE_COST = 1

/**
 * The best place for a name of this size within a zone.
 *
 * @param marks what stands on the floor, each taking a circle of `radius`
 */
export function placeName(polygon: readonly Point[], middle: Point, sizes: Readonly<Record<Form, Size>>, marks: readonly Point[], radius: number): NamePlace {
  const box = boxAround(polygon)
  const corner = Math.hypot(box.width, box.height) / 2
  let best: NamePlace = { at: middle, form: 'tall' }
  let least = costAt(middle, sizes.tall, polygon, marks, radius)
  for (const form of ['tall', 'flat', 'bare'] as const) {
    const size = sizes[form]
    const spare = { width: Math.max(0, box.width - size.width), height: Math.max(0, box.height - size.height) }
    for (const down of SHARES)
      for (const across of SHARES) {
        const at: Point = [box.x + (box.width - spare.width) / 2 + spare.width * across, box.y + (box.height - spare.height) / 2 + spare.height * down]
        const way = Math.hypot(at[0] - middle[0], at[1] - middle[1]) / corner
        const cost = costAt(at, size, polygon, marks, radius) + FORM_COST[form] + way * WAY_COST
        if (cost < least) {
          least = cost
          best = { at, form }
        }
      }
  }
  return best
}

/** How much of the marks' radii lies under the name, and how much of the name outside its zone. */
function costAt([x, y]: Point, { width, height }: Size, polygon: readonly Point[], marks: readonly Point[], radius: number): number {
  const under = marks.reduce((sum, [mx, my]) => sum + Math.max(0, 1 - Math.hypot(Math.max(0, Math.abs(mx - x) - width / 2), Math.max(0, Math.abs(my - y) - height / 2)) / radius), 0)
  const ends: readonly Point[] = [[x - width * 0.45, y - height * 0.4], [x + width * 0.45, y - height * 0.4], [x - width * 0.45, y + height * 0.4], [x + width * 0.45, y + height * 0.4]]
  return under + ends.filter((end) => !isWithin(end, polygon)).length * OUTSIDE_COST * 0.25
}

/**
 * The name of a zone with its note, in as many lines as it needs.
 *
 * @param marks what its place must leave free; null where nothing is marked, and it stands where the plan has it
 */
export function nameOn(zone: FloorZone, note: string, marks: readonly Point[] | null, { metresPerPixel, captionPixels }: { metresPerPixel: number; captionPixels: number }): Label {
  const em = captionPixels * metresPerPixel
  const room = (boxAround(zone.polygon).width * 0.9) / em
  const lines = wrapName(zone.name, Math.max(2, room))
  const widest = Math.max(...lines.map(widthInEms))
  const shrink = Math.max(SHRINK_MIN, Math.min(1, room / widest))
  const middle = zone.label ?? centroid(zone.polygon)
  if (!marks) return { at: middle, lines, shrink, form: 'tall' }
  const tall = { width: Math.max(widest * shrink, widthInEms(note)) * em, height: (lines.length + (note ? 1 : 0)) * LINE_EM * em }
  const flat = { width: widthInEms(`${zone.name} ${note}`) * em, height: LINE_EM * em }
  const bare = { width: widthInEms(zone.name) * em, height: LINE_EM * em }
  const place = placeName(zone.polygon, middle, { tall, flat, bare }, marks, MARK_PX * metresPerPixel)
  return place.form !== 'tall' ? { ...place, lines: [zone.name], shrink: 1 } : { ...place, lines, shrink }
}
