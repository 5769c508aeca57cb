import { expect, it } from 'vitest'
import { countsOf } from './board'
import type { Item } from './steps'

const item = (status: string): Item => ({ status, status_name: { zh: status } }) as Item

it('counts items by status', () => {
  expect(countsOf([item('ready'), item('sealed'), item('ready')]).map(({ status, n }) => [status, n])).toEqual([['ready', 2], ['sealed', 1]])
  expect(countsOf([])).toEqual([])
})
