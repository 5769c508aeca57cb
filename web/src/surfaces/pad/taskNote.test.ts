import { expect, it } from 'vitest'
import { noteOf } from './taskNote'

const text = (zh: string): { zh: string; en: string } => ({ zh, en: zh })
const choices = { calls: [{ code: 'help', name: text('不会操作') }], ratings: [{ code: 'wait', name: text('等候太久') }, { code: 'slow', name: text('办理太慢') }] }
const say = (words: { zh: string } | undefined): string => words?.zh ?? ''

it('names the reasons that a note consists of, and leaves words as they were written', () => {
  expect(noteOf({ note: 'help' }, choices, say)).toBe('不会操作')
  expect(noteOf({ note: 'wait,slow' }, choices, say)).toBe('等候太久、办理太慢')
  expect(noteOf({ note: '轮椅, wait' }, choices, say)).toBe('轮椅, wait')
  expect(noteOf({ note: '' }, choices, say)).toBe('')
  expect(noteOf({ note: 'help' }, null, say)).toBe('help')
})
