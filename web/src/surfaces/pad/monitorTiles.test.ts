import { describe, expect, it } from 'vitest'
import { minutesOf, share, tilesOf, toneOf } from './monitorTiles'

const rate = (part: number, whole: number): { part: number; whole: number } => ({ part, whole })
const kpis = {
  waiting: 3, longest_waiting_now_ms: 26 * 60_000, waits: { mean_ms: 200_000, p90_ms: null }, online_counters: 4, counters: 14,
  per_counter: 5, issued: 20, finished: 12, abandon_rate: rate(1, 20), over_limit: rate(0, 0), over_standard: rate(3, 12),
  satisfied_rate: rate(0, 0), rating_rate: rate(0, 12), diverted_rate: rate(0, 5), composite_satisfaction: null,
} as never
const thresholds = { wait_minutes: { yellow: 15, orange: 25, red: 40 }, waiting_per_counter: { yellow: 4, orange: 7, red: 10 }, repeat_minutes: 10 } as never
const tiles = tilesOf(kpis, thresholds, (key, values) => (values ? `${key.split('.').at(-1) ?? ''}:${Object.values(values).join('/')}` : (key.split('.').at(-1) ?? '')))
const tile = (name: string): (typeof tiles)[number] | undefined => tiles.find((one) => one.name === name)

describe('the figures', () => {
  it('are marked when they reach a limit of the branch', () => {
    expect(tile('longest')).toMatchObject({ value: 'minutes:26', tone: 'bad' })
    expect(tile('perCounter')).toMatchObject({ value: '5.0', tone: 'warn', note: 'limit:4' })
    expect(toneOf(1, undefined)).toBe('neutral')
  })
  it('say of what they are a share, and nothing where there was nothing to count', () => {
    expect(tile('abandoned')).toMatchObject({ value: '5%', note: 'of:1/20' })
    expect(tile('satisfied')).toMatchObject({ value: '–', note: '' })
    expect(tile('p90')?.value).toBe('–')
  })
  it('are rounded to what can be told apart', () => {
    expect([minutesOf(200_000), minutesOf(900_000), minutesOf(null)]).toEqual(['3.3', '15', '–'])
    expect(share(2, 3)).toBe('67%')
  })
})
