import { describe, expect, it } from 'vitest'
import { leavingOf, newer, screenKey, stageOf } from './stage'
import type { JourneyScreen, JourneyView } from './types'

const T = { zh: '甲', en: 'A' }
const screen = (changes: Partial<JourneyScreen> = {}): JourneyScreen => ({ step: 'a/b#0', kind: 'form', title: T, texts: [], say: T, fields: [], rows: [], button: T, actor: 'customer', ...changes })
const view = (changes: Partial<JourneyView> = {}): JourneyView => ({
  journey: 'j', branch: 'b', scenario: 's', name: T, status: 'open', channel: 'kiosk', holder: 'terminal:k', visit: null, sequence: 3, answered: 1, can_go_back: false, screen: screen(), is_broken: false, is_here: true, has_effect: false, ...changes,
})
const atWork = { name: T, action: 'authorise', since_ms: 0, is_unclear: false }

describe('the stage', () => {
  it.each<[Partial<JourneyView>, string]>([
    [{}, 'form'],
    [{ status: 'done', is_here: false }, 'over'],
    [{ is_here: false, screen: null }, 'elsewhere'],
    [{ is_broken: true }, 'broken'],
    [{ refusal: { code: 'x', words: T }, screen: null }, 'refused'],
    [{ at_work: atWork }, 'work'],
    [{ screen: null }, 'work'],
    [{ screen: screen({ actor: 'staff' }) }, 'staff'],
  ])('of %j is %s', (changes, stage) => {
    expect(stageOf(view(changes), false)).toBe(stage)
  })
  it('lets staff fill in what is theirs', () => {
    expect(stageOf(view({ screen: screen({ actor: 'staff' }) }), true)).toBe('form')
  })
  it('is another screen when the same step is asked again', () => {
    expect(screenKey(view(), false)).not.toBe(screenKey(view({ answered: 2 }), false))
    expect(screenKey(view({ at_work: atWork }), false)).toBe(screenKey(view({ at_work: { ...atWork, is_unclear: true } }), false))
  })
})

describe('walking away', () => {
  it.each<[Partial<JourneyView>, string]>([
    [{}, 'cancel'],
    [{ has_effect: true }, 'park'],
    [{ at_work: atWork }, 'park'],
    [{ has_effect: true, screen: screen({ kind: 'receipt' }) }, 'finish'],
    [{ status: 'done' }, 'nothing'],
    [{ is_here: false }, 'nothing'],
  ])('from %j is to %s it', (changes, leaving) => {
    expect(leavingOf(view(changes))).toBe(leaving)
  })
  it('keeps the newer view, but never that of another journey', () => {
    expect(newer(view({ sequence: 9 }), view({ sequence: 4 })).sequence).toBe(9)
    expect(newer(view({ sequence: 9 }), view({ sequence: 9, status: 'done' })).status).toBe('done')
    expect(newer(view({ sequence: 9 }), view({ journey: 'k', sequence: 1 })).journey).toBe('k')
    expect(leavingOf(null)).toBe('nothing')
  })
})
