import { describe, expect, it } from 'vitest'
import { matchingServices } from './services'

const services = [
  { code: 'cash_withdrawal', name: { zh: '现金取款', en: 'Cash withdrawal' }, group: { zh: '现金业务', en: 'Cash' }, words: ['取钱'] },
  { code: 'card_open', name: { zh: '开立借记卡', en: 'New debit card' }, group: { zh: '账户与卡', en: 'Accounts' }, words: ['办卡'] },
]
const codes = (wanted: string): string[] => matchingServices(services, wanted).map(({ code }) => code)

describe('finding a service', () => {
  it.each([
    ['', ['cash_withdrawal', 'card_open']],
    ['取钱', ['cash_withdrawal']],
    ['DEBIT', ['card_open']],
    ['账户', ['card_open']],
    ['飞机', []],
  ])('by %s', (wanted, expected) => {
    expect(codes(wanted)).toEqual(expected)
  })
})
