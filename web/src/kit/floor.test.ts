import { describe, expect, it } from 'vitest'
import { boxAround, centroid, widthInEms, wrapName, type Point } from './floor'

const square: Point[] = [[2, 2], [6, 2], [6, 4], [2, 4]]

describe('floor', () => {
  it('finds the box and the middle of a zone, whichever way its corners run', () => {
    expect(boxAround(square)).toEqual({ x: 2, y: 2, width: 4, height: 2 })
    expect(centroid(square)).toEqual([4, 3])
    expect(centroid([...square].reverse())).toEqual([4, 3])
  })
  it('does not fall over a line or a point', () => {
    expect(centroid([[0, 0], [4, 0]])).toEqual([2, 0])
    expect(boxAround([])).toEqual({ x: 0, y: 0, width: 0, height: 0 })
  })
  it('breaks names between words and between characters', () => {
    expect(wrapName('智能服务区', 3)).toEqual(['智能服', '务区'])
    expect(wrapName('Self-service area', 6)).toEqual(['Self-service', 'area'])
    expect(wrapName('等候区', 9)).toEqual(['等候区'])
    expect(widthInEms('厅A')).toBeCloseTo(1.55)
  })
})
