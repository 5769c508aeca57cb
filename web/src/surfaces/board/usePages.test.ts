import { describe, expect, it } from 'vitest'
import { pageOf } from './usePages'

describe('a page of a long list', () => {
  const items = [1, 2, 3, 4, 5]
  it.each([
    [0, 0, items],
    [9, 0, items],
    [2, 0, [1, 2]],
    [2, 1, [3, 4]],
    [2, 2, [4, 5]],
  ])('with %i that fit, page %i', (fit, page, shown) => {
    expect(pageOf(items, fit, page)).toEqual(shown)
  })
})
