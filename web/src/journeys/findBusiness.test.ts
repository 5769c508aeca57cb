import { expect, it } from 'vitest'
import { findBusiness, groupsOf, sectionsOf } from './findBusiness'
import type { MenuEntry } from './types'

const entry = (scenario: string, zh: string, en: string, group: string, ...words: string[]): MenuEntry => ({ scenario, name: { zh, en }, group, words, is_possible: true, missing: [], channels: ['kiosk'], hours: 'always', is_frequent: false })
const ALL = [entry('a', '存折挂失', 'Report a passbook lost', 'passbook', '存折丢了'), entry('b', '密码修改', 'Change a PIN', 'passbook'), entry('c', '挂失解除', 'Undo a loss report', 'loss')]

it.each([
  ['', 'a b c'],
  ['丢了', 'a'],
  ['czdl', 'a'],
  ['pin', 'b'],
  ['挂失', 'c a'],
  ['gs', 'c a'],
  ['火车', ''],
])('%s finds %s', (wanted, found) => {
  expect(findBusiness(ALL, wanted).map(({ scenario }) => scenario).join(' ')).toBe(found)
})
it('keeps the order of the groups', () => {
  expect(groupsOf(ALL)).toEqual(['passbook', 'loss'])
})
it('shows what people come for most first, and again in its group', () => {
  const often = ALL.map((one) => ({ ...one, is_frequent: one.scenario === 'c' }))
  const inShort = (isWhole: boolean): string[] => sectionsOf(often, isWhole).map(({ group, entries }) => `${group}:${entries.map(({ scenario }) => scenario).join('')}`)
  expect(inShort(true)).toEqual([':c', 'passbook:ab', 'loss:c'])
  expect(inShort(false)).toEqual(['passbook:ab', 'loss:c'])
})
