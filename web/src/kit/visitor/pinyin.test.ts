import { describe, expect, it } from 'vitest'
import { pinyinInitials } from './pinyin'

describe('the first letters of pinyin', () => {
  it.each([
    ['现金取款', 'xjqk'],
    ['转账汇款', 'zzhk'],
    ['手机银行·U盾', 'sjyhud'],
    ['对公结算', 'dgjs'],
    ['安心 e 贷', 'axed'],
  ])('%s is %s', (name, initials) => {
    expect(pinyinInitials(name)).toBe(initials)
  })
})
