import { expect, it } from 'vitest'
import { amountsOf, counted, shownCount } from './counts'

it('takes cash by denominations and pieces as they are', () => {
  const typed = { 'cash:CNY/10000': '12', 'cash:CNY/50': '1', 'cash:CNY/1000': '', token: '3' }
  expect(counted(['cash:CNY', 'token'], typed)).toEqual({ counts: { token: 3 }, pieces: { 'cash:CNY': { 10000: 12, 50: 1 } } })
  expect(amountsOf('cash:CNY', typed)).toBe(120_050)
})
it('takes an empty machine', () => {
  expect(counted(['cash:CNY'], {})).toEqual({ counts: {}, pieces: { 'cash:CNY': {} } })
})
it('takes nothing that is no number', () => {
  expect(counted(['token'], { token: '3.5' })).toBeNull()
  expect(counted(['token'], {})).toBeNull()
  expect(counted(['cash:CNY'], { 'cash:CNY/100': 'x' })).toBeNull()
  expect(amountsOf('cash:CNY', { 'cash:CNY/100': '-1' })).toBeNull()
})
it('shows a dash where a machine cannot count', () => {
  expect([shownCount('cells', null), shownCount('cash:CNY', -10_000), shownCount('cells', 2)]).toEqual(['–', '-100.00', '2'])
})
