import { describe, expect, it } from 'vitest'
import { drawnOn, inBox, pathOf } from './strokes'

describe('a signature', () => {
  it('is a path of its strokes', () => {
    expect(pathOf([[[0, 0], [10.4, 20.6]], [[5, 5]], []])).toBe('M0,0L10,21M5,5L8,5')
    expect(pathOf([])).toBe('')
  })
  it('takes no point twice', () => {
    const stroke = drawnOn([], [1, 1])
    expect(drawnOn(stroke, [2, 2])).toBe(stroke)
    expect(drawnOn(stroke, [9, 1])).toHaveLength(2)
  })
  it('stays in its box', () => {
    const rect = { left: 100, top: 50, width: 500, height: 200 }
    expect(inBox(rect, 350, 150)).toEqual([500, 200])
    expect(inBox(rect, 0, 999)).toEqual([0, 400])
  })
})
