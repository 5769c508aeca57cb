import { expect, it } from 'vitest'
import type { Point } from './floor'
import { placeName } from './floorNames'

const room: readonly Point[] = [[0, 0], [10, 0], [10, 8], [0, 8]]
const strip: readonly Point[] = [[0, 0], [10, 0], [10, 1.6], [0, 1.6]]
const [tall, flat, bare, radius] = [{ width: 2, height: 1.2 }, { width: 3, height: 0.5 }, { width: 2, height: 0.5 }, 0.5]
const sizes = { tall, flat, bare }
const gap = ([mx, my]: Point, [x, y]: Point, size: typeof tall): number =>
  Math.hypot(Math.max(0, Math.abs(mx - x) - size.width / 2), Math.max(0, Math.abs(my - y) - size.height / 2))

it('a name stands in the middle of its zone as long as nothing is there', () => {
  expect(placeName(room, [5, 4], sizes, [], radius)).toEqual({ at: [5, 4], form: 'tall' })
  expect(placeName(room, [5, 4], sizes, [[1, 1], [9, 7]], radius)).toEqual({ at: [5, 4], form: 'tall' })
})
it('it goes out of the way of what stands there', () => {
  const marks: readonly Point[] = [[5, 4], [5, 6.5], [5, 1.5]]
  const { at, form } = placeName(room, [5, 4], sizes, marks, radius)
  expect(form).toBe('tall')
  for (const mark of marks) expect(gap(mark, at, tall)).toBeGreaterThanOrEqual(radius)
})
it('where two lines find no room it is one', () => {
  const marks: readonly Point[] = [[1.7, 1.3], [5, 0.5], [8.3, 1.3]]
  const { at, form } = placeName(strip, [5, 0.8], sizes, marks, radius)
  expect(form).toBe('flat')
  for (const mark of marks) expect(gap(mark, at, flat)).toBeGreaterThan(radius * 0.8)
})
it('of a zone with a corner cut out it stays in what is left', () => {
  const angle: readonly Point[] = [[0, 0], [10, 0], [10, 8], [8, 8], [8, 2], [0, 2]]
  const { at } = placeName(angle, [6, 2.5], sizes, [[9, 5], [9, 1.5], [9, 7]], radius)
  expect(at[1]).toBeLessThan(1.5)
  expect(at[0]).toBeLessThan(9)
})
it('where even that is too long the note is left out', () => {
  const small: readonly Point[] = [[0, 0], [2.6, 0], [2.6, 1.6], [0, 1.6]]
  const { at, form } = placeName(small, [1.3, 0.8], sizes, [[1.3, 1.3]], radius)
  expect(form).toBe('bare')
  expect(gap([1.3, 1.3], at, bare)).toBeGreaterThanOrEqual(radius)
})
