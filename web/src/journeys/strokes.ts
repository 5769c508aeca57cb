/** A signature as an SVG path in a box of 1000 by 400. Pure. */
export const BOX = { width: 1000, height: 400 } as const
/** Characters; the server takes a little more. */
const PATH_MAX = 55_000
export const TYPED = 'typed:'

export type Point = readonly [x: number, y: number]

/** Points closer than this to the last one say nothing new, in the box's units. */
const STEP_MIN = 3

/** A stroke with one more point; the same stroke where the hand has hardly moved. */
export function drawnOn(stroke: readonly Point[], point: Point): readonly Point[] {
  const last = stroke.at(-1)
  return last && Math.hypot(point[0] - last[0], point[1] - last[1]) < STEP_MIN ? stroke : [...stroke, point]
}

const at = ([x, y]: Point): string => `${String(Math.round(x))},${String(Math.round(y))}`

/** All strokes as one path; a mere dot becomes a short line, or nobody would see it. */
export function pathOf(strokes: readonly (readonly Point[])[]): string {
  const drawn = strokes.flatMap((stroke) => {
    const [first, ...rest] = stroke
    if (!first) return []
    const points = rest.length > 0 ? rest : [[first[0] + STEP_MIN, first[1]] as const]
    return [`M${at(first)}L${points.map(at).join(' ')}`]
  })
  return drawn.join('').slice(0, PATH_MAX)
}

/** Where in the box a pointer is. */
export function inBox(rect: { left: number; top: number; width: number; height: number }, x: number, y: number): Point {
  const clamp = (value: number, most: number): number => Math.min(most, Math.max(0, value))
  return [clamp(((x - rect.left) / rect.width) * BOX.width, BOX.width), clamp(((y - rect.top) / rect.height) * BOX.height, BOX.height)]
}
