import { expect, it } from 'vitest'
import { ALL_THERE } from '../machine'
import { shownBy } from '../shown'
import { columnsOf, firstDoor, pickUpCode, standingOf, type Cell, type Door, type ItemScreen } from './itemScreen'

const screen: ItemScreen = { machine: 'locker', device: 'd', name: { zh: '', en: '' }, is_online: true, is_paused: false, cells: [], doors: [], kinds: [] }
const lack = { why: 'fault', parts: [] } as const
const cells = (from: number, to: number, size: Cell['size']): Cell[] => Array.from({ length: to - from + 1 }, (_, index) => ({ cell: from + index, size }))
const door = (cell: number, more: Partial<Door> = {}): Door => ({ cell, purpose: 'load', is_open: true, is_late: false, ...more })

it('fills columns by the height of the cells', () => {
  const columns = columnsOf([...cells(1, 12, 'small'), ...cells(13, 17, 'medium'), ...cells(18, 20, 'large')])
  expect(columns.map((column) => column.map(({ cell }) => cell))).toEqual([
    [1, 2, 3, 4, 5, 6, 7, 8, 9, 10], [11, 12, 13, 14, 15, 16], [17, 18, 19], [20],
  ])
  expect(columnsOf([])).toEqual([])
})

it('says why nothing can be had', () => {
  expect(standingOf(screen, ALL_THERE)).toBe('works')
  expect(standingOf({ ...screen, is_online: false }, ALL_THERE)).toBe('away')
  expect(standingOf({ ...screen, is_paused: true }, ALL_THERE)).toBe('paused')
  expect(standingOf(screen, { lacks: { parcel: lack }, paused: false })).toBe('broken')
  const dispenser: ItemScreen = { ...screen, machine: 'dispenser' }
  expect(standingOf(dispenser, { lacks: { card_issue: lack }, paused: false })).toBe('works')
  expect(standingOf(dispenser, { lacks: { card_issue: lack, ukey_issue: lack, voucher_issue: lack }, paused: false })).toBe('broken')
})

it('tells of the door that was forgotten first, then of the customer’s', () => {
  expect(firstDoor([])).toBeUndefined()
  expect(firstDoor([door(2), door(5, { purpose: 'pick_up' })])?.cell).toBe(5)
  expect(firstDoor([door(9, { is_late: true }), door(5, { purpose: 'pick_up' })])?.cell).toBe(9)
  expect(firstDoor([door(4), door(3)])?.cell).toBe(3)
})

it('knows a pick-up code by the phone’s QR and by its digits', () => {
  expect(pickUpCode(shownBy('https://bank.example/phone/p#004211'))).toBe('004211')
  expect(pickUpCode(shownBy('004211'))).toBe('004211')
  expect(pickUpCode(shownBy('https://bank.example/phone/j#abc'))).toBe('')
  expect(pickUpCode(shownBy('13800138000'))).toBe('')
})
