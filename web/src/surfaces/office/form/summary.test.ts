import { expect, it } from 'vitest'
import { summary } from './summary'

const words: Record<string, string> = { deposit: '存款', waiting: '等候区', counters: '柜面', teller_low: '低柜柜员', share: '占比', booked: '已预约' }
const word = (name: string): string => words[name] ?? name
const say = (text: { zh: string }): string => text.zh

it('says a rule in one line, what is left open said by nothing', () => {
  expect(summary({ product: 'deposit', shown_in: ['waiting', 'counters'], sold_by: ['teller_low'] }, say, word)).toBe('存款 · 等候区、柜面 · 低柜柜员')
  expect(summary({ name: { zh: '简单业务', en: 'Simple' }, channel: null, share: 0.85 }, say, word)).toBe('简单业务 · 占比 0.85')
  expect(summary({ when: { booked: true, segments: [] } }, say, word)).toBe('已预约')
})
