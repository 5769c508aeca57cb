import { describe, expect, it } from 'vitest'
import { helpStage, PATIENCE_MS } from './help'
import type { CallView } from './kiosk'

const call = (changes: Partial<CallView>): CallView => ({ task: 't', state: 'offered', raised_ms: 1_000, accepted_ms: 0, closed_ms: 0, name: '', ...changes })

describe('a call for the lobby manager', () => {
  it.each([
    [null, 0, 'none'],
    [call({ task: '' }), 2_000, 'none'],
    [call({}), 2_000, 'waiting'],
    [call({}), 1_001 + PATIENCE_MS, 'unanswered'],
    [call({ state: 'unanswered' }), 2_000, 'unanswered'],
    [call({ state: 'accepted' }), 9 * PATIENCE_MS, 'coming'],
    [call({ state: 'done' }), 2_000, 'none'],
    [call({ state: 'cancelled' }), 2_000, 'none'],
  ] as const)('%o after %d ms', (seen, now, stage) => {
    expect(helpStage(seen, now)).toBe(stage)
  })
})
