import { describe, expect, it } from 'vitest'
import type { SceneResult, SceneRun } from '@/live/devices'
import { progressOf, resultsOf } from './scenes'

const run = (results: Record<string, SceneResult>, ended_ms = 9): SceneRun => ({
  run: 'r', scene: 'open', by: '', started_ms: 1, ended_ms,
  devices: Object.fromEntries(Object.entries(results).map(([id, result]) => [id, { result, values: {}, code: '', detail: '', attempts: 1 }])),
})

describe('what came of a scene', () => {
  const half = run({ a: 'done', b: 'failed', c: 'waiting', d: 'unchanged', e: 'unreachable', f: 'unknown' }, 0)
  it('counts what is in place and what a retry takes up', () => {
    expect(progressOf(half)).toEqual({ total: 6, inPlace: 2, left: 3, isRunning: true })
    expect(progressOf(run({ a: 'done' }))).toEqual({ total: 1, inPlace: 1, left: 0, isRunning: false })
  })
  it('shows first what somebody must see to', () => {
    expect(resultsOf(half).map(({ id }) => id)).toEqual(['b', 'e', 'f', 'c', 'a', 'd'])
  })
})
