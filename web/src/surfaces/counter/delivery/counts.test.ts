import { expect, it } from 'vitest'
import { counted, shownCount } from './counts'

it('takes money in yuan and pieces as they are', () => {
  expect(counted(['cash:CNY', 'token'], { 'cash:CNY': '1200.5', token: '3' })).toEqual({ 'cash:CNY': 120_050, token: 3 })
})
it('takes nothing that is no number', () => {
  expect(counted(['token'], { token: '3.5' })).toBeNull()
  expect(counted(['token'], {})).toBeNull()
})
it('shows a dash where a machine cannot count', () => {
  expect([shownCount('cells', null), shownCount('cash:CNY', -10_000), shownCount('cells', 2)]).toEqual(['–', '-100.00', '2'])
})
