/** A branch's floor plan as the map draws it. Lengths in metres; x grows to the right, y downwards. */
export type Point = readonly [x: number, y: number]

export interface FloorZone {
  id: string
  name: string
  /** The functional area, as the server names it; chooses the tint. An unknown kind is drawn plain. */
  kind?: string
  polygon: readonly Point[]
  /** Where its name stands; the middle of the zone where it is not given. */
  label?: Point
}

export interface Floor {
  id: string
  name: string
  /** The outer wall. */
  outline: readonly Point[]
  zones: readonly FloorZone[]
  /** What stands there: an area, or one point for what is small. */
  furniture?: readonly (readonly Point[])[]
  /** Centre lines of where people walk. */
  walkways?: readonly (readonly Point[])[]
}

export interface FloorPlan {
  name: string
  floors: readonly Floor[]
}

/** A way across floors: one line a floor, in the order walked. */
export type FloorRoute = readonly { floor: string; points: readonly Point[] }[]

export interface Box {
  x: number
  y: number
  width: number
  height: number
}

/** The smallest box around the points, in metres; an empty one for no points. */
export function boxAround(points: readonly Point[]): Box {
  if (points.length === 0) return { x: 0, y: 0, width: 0, height: 0 }
  const xs = points.map(([x]) => x)
  const ys = points.map(([, y]) => y)
  const x = Math.min(...xs)
  const y = Math.min(...ys)
  return { x, y, width: Math.max(...xs) - x, height: Math.max(...ys) - y }
}

/** The area centroid of a simple polygon (the shoelace formula); the mean of its corners where it has no area. */
export function centroid(polygon: readonly Point[]): Point {
  let twiceArea = 0
  let sumX = 0
  let sumY = 0
  polygon.forEach(([x, y], index) => {
    const [nextX, nextY] = polygon[(index + 1) % polygon.length] ?? [x, y]
    const cross = x * nextY - nextX * y
    twiceArea += cross
    sumX += (x + nextX) * cross
    sumY += (y + nextY) * cross
  })
  if (Math.abs(twiceArea) < 1e-9) {
    const count = Math.max(1, polygon.length)
    return [
      polygon.reduce((sum, [x]) => sum + x, 0) / count,
      polygon.reduce((sum, [, y]) => sum + y, 0) / count,
    ]
  }
  return [sumX / (3 * twiceArea), sumY / (3 * twiceArea)]
}

/** Whether a point lies in a polygon (the crossing number). */
export function isWithin([x, y]: Point, polygon: readonly Point[]): boolean {
  let isIn = false
  polygon.forEach(([ax, ay], at) => {
    const [bx, by] = polygon[(at + 1) % polygon.length] ?? [ax, ay]
    if (ay > y !== by > y && x < ((bx - ax) * (y - ay)) / (by - ay) + ax) isIn = !isIn
  })
  return isIn
}

/** Full-width characters count 1, others about half: how wide a name is, in ems. */
export function widthInEms(text: string): number {
  let ems = 0
  for (const character of text) ems += (character.codePointAt(0) ?? 0) > 0x2e7f ? 1 : 0.55
  return ems
}

/**
 * Breaks a name into lines no wider than `ems` where it can: between words, and between any two full-width
 * characters. At most three lines; the last carries the rest.
 */
export function wrapName(name: string, ems: number): string[] {
  const pieces = name.match(/[\u2e80-\uffef]|[^\s\u2e80-\uffef]+\s*/gu) ?? [name]
  const lines: string[] = []
  let line = ''
  for (const piece of pieces) {
    if (line !== '' && lines.length < 2 && widthInEms((line + piece).trimEnd()) > ems) {
      lines.push(line.trimEnd())
      line = piece
    } else line += piece
  }
  lines.push(line.trimEnd())
  return lines
}

export const svgPoints = (points: readonly Point[]): string => points.map(([x, y]) => `${String(x)},${String(y)}`).join(' ')
