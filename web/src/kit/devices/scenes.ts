/** What came of a scene, in the order in which somebody wants to know it. Pure. */
import type { SceneResult, SceneRun } from '@/live/devices'

/** What needs somebody first; what is done last. */
export const RESULTS: readonly SceneResult[] = ['failed', 'unreachable', 'unknown', 'waiting', 'done', 'unchanged']
const IN_PLACE: ReadonlySet<SceneResult> = new Set(['done', 'unchanged'])
const TRIED_AGAIN: ReadonlySet<SceneResult> = new Set(['failed', 'unreachable', 'unknown'])

export interface Progress {
  total: number
  inPlace: number
  /** Those that a retry takes up. */
  left: number
  isRunning: boolean
}

export function progressOf(run: SceneRun): Progress {
  const results = Object.values(run.devices).map(({ result }) => result)
  return {
    total: results.length,
    inPlace: results.filter((one) => IN_PLACE.has(one)).length,
    left: results.filter((one) => TRIED_AGAIN.has(one)).length,
    isRunning: run.ended_ms === 0,
  }
}

export type RunDevice = SceneRun['devices'][string] & { id: string }

export function resultsOf(run: SceneRun): RunDevice[] {
  return Object.entries(run.devices)
    .map(([id, one]) => ({ id, ...one }))
    .sort((one, other) => RESULTS.indexOf(one.result) - RESULTS.indexOf(other.result))
}
