import { describe, expect, it } from 'vitest'
import type { BoardCall, BoardView } from '@/live/hall'
import { lastCalled, sentence, toAnnounce, TOO_OLD_MS, voicesOf } from './calls'

const call = (number: string, time_ms: number): BoardCall => ({ number, counter: 'c', sign: '03', zone: { zh: '' }, time_ms, again: false })
const view = { calls: { 9: call('A001', 0), 10: call('B002', 1_000), 11: call('A001', 2_000) } } as unknown as BoardView

describe('announcing', () => {
  it('goes by sequence, so that two calls at once are both heard', () => {
    expect(toAnnounce(view, 9, 2_000).map(({ sequence }) => sequence)).toEqual([10, 11])
  })
  it('is silent about what was said, and about what is too old', () => {
    expect(toAnnounce(view, 11, 2_000)).toEqual([])
    expect(toAnnounce(view, 0, TOO_OLD_MS + 1_500).map(({ sequence }) => sequence)).toEqual([11])
  })
  it('speaks numbers digit by digit and windows as people say them', () => {
    expect(sentence({ number: 'A001', sign: '03' }, 'zh-CN')).toBe('请A零零一号到3号窗口')
    expect(sentence({ number: 'A001', sign: '10' }, 'en')).toBe('Number A 0 0 1, please come to counter 10.')
  })
  it.each([
    [null, ['zh-CN']],
    ['both', ['zh-CN', 'en']],
    ['en', ['en']],
    ['off', []],
  ])('speaks as the address says: %s', (wanted, voices) => {
    expect(voicesOf(wanted)).toEqual(voices)
  })
})

describe('the list of last calls', () => {
  it('has each number once, newest on top', () => {
    expect(lastCalled(view, 5).map(({ number }) => number)).toEqual(['A001', 'B002'])
    expect(lastCalled(view, 1).map(({ sequence }) => sequence)).toEqual([11])
  })
})
