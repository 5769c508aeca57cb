import { expect, it } from 'vitest'
import { nextOrder, orderRows, type Column } from './table'

interface Row { number: string; waited: number | null }
const columns: Column<Row>[] = [{ key: 'number', title: '' }, { key: 'waited', title: '' }]
const rows: Row[] = [{ number: 'A10', waited: 3 }, { number: 'A9', waited: null }, { number: 'A100', waited: 12 }]
const numbers = (order: string): string[] => orderRows(rows, columns, order).map(({ number }) => number)

it('orders numbers by size, words with their figures, and leaves gaps last either way', () => {
  expect(numbers('number')).toEqual(['A9', 'A10', 'A100'])
  expect(numbers('waited')).toEqual(['A10', 'A100', 'A9'])
  expect(numbers('-waited')).toEqual(['A100', 'A10', 'A9'])
  expect(numbers('')).toEqual(['A10', 'A9', 'A100'])
  expect(numbers('unknown')).toEqual(['A10', 'A9', 'A100'])
})

it('goes round rising, falling, none', () => {
  expect(nextOrder('', 'x')).toBe('x')
  expect(nextOrder('x', 'x')).toBe('-x')
  expect(nextOrder('-x', 'x')).toBe('')
  expect(nextOrder('y', 'x')).toBe('x')
})
