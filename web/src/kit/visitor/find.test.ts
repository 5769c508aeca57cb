import { describe, expect, it } from 'vitest'
import { findServices } from './find'
import type { Service } from './types'

const service = (code: string, zh: string, en: string, words: string[] = []): Service => ({
  id: code, code, name: { zh, en }, group: { zh: '业务', en: 'Business' }, prefix: 'A', standard_ms: 60_000, quota: 0,
  materials: [], steps: [], channels: ['counter'], levels: ['high'], skills: [], care: [], bookable: true, words, needs: [], active: true,
})
const SERVICES = [
  service('cash', '现金取款', 'Cash withdrawal', ['取钱']),
  service('card', '开立借记卡', 'New debit card', ['办卡']),
  service('transfer', '转账汇款', 'Transfer'),
]
const codes = (wanted: string): string[] => findServices(SERVICES, wanted).map(({ code }) => code)

describe('finding a service', () => {
  it('shows all for nothing typed', () => {
    expect(codes(' ')).toEqual(['cash', 'card', 'transfer'])
  })
  it('knows names in both languages and everyday words', () => {
    expect(codes('汇款')).toEqual(['transfer'])
    expect(codes('debit')).toEqual(['card'])
    expect(codes('办卡')).toEqual(['card'])
  })
  it('knows the initials of pinyin, of words too', () => {
    expect(codes('XJ')).toEqual(['cash'])
    expect(codes('bk')).toEqual(['card'])
  })
  it('puts what begins so first', () => {
    expect(codes('k')[0]).toBe('card')
  })
  it('finds nothing for what is not there', () => {
    expect(codes('存单')).toEqual([])
  })
})
