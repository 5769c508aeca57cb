/** The service monitor's figures in words and tones. A rate says what it is a part of; nothing to count is "–". */
import type { components } from '@/api/schema'
import type { Tone } from '@/kit/tones'

type Kpis = components['schemas']['Kpis']
type Thresholds = components['schemas']['Thresholds']

export interface Tile {
  name: string
  value: string
  /** The figures behind a share, or the limit it is held against. */
  note: string
  tone: Tone
}

type Translate = (key: string, values?: Record<string, unknown>) => string

const NONE = '–'
export const share = (part: number, whole: number): string => (whole > 0 ? `${String(Math.round((part / whole) * 100))}%` : NONE)
/** Minutes with one decimal below ten, so that three and four minutes differ. */
export function minutesOf(ms: number | null | undefined): string {
  if (ms === null || ms === undefined) return NONE
  const minutes = ms / 60_000
  return minutes < 10 ? minutes.toFixed(1) : String(Math.round(minutes))
}

/** Figures held against a limit are marked when they reach it: yellow to watch, orange and red to act. */
export function toneOf(value: number, grades: { yellow: number; orange: number; red: number } | undefined): Tone {
  if (!grades || value < grades.yellow) return 'neutral'
  return value >= grades.orange ? 'bad' : 'warn'
}

export function tilesOf(kpis: Kpis, thresholds: Thresholds | undefined, t: Translate): Tile[] {
  const minutes = (ms: number | null | undefined): string => (ms === null || ms === undefined ? NONE : t('padMonitor.minutes', { n: minutesOf(ms) }))
  const tile = (name: string, value: string, note = '', tone: Tone = 'neutral'): Tile => ({ name: t(`padMonitor.${name}`), value, note, tone })
  const rate = (name: string, { part, whole }: { part: number; whole: number }): Tile => tile(name, share(part, whole), whole > 0 ? t('padMonitor.of', { part, whole }) : '')
  const longest = kpis.longest_waiting_now_ms / 60_000
  const wait = thresholds?.wait_minutes
  const crowd = thresholds?.waiting_per_counter
  return [
    tile('waiting', String(kpis.waiting)),
    tile('longest', minutes(kpis.waiting > 0 ? kpis.longest_waiting_now_ms : null), wait ? t('padMonitor.limit', { n: minutes(wait.yellow * 60_000) }) : '', toneOf(longest, wait)),
    tile('mean', minutes(kpis.waits.mean_ms)),
    tile('p90', minutes(kpis.waits.p90_ms)),
    tile('online', `${String(kpis.online_counters)}/${String(kpis.counters)}`),
    tile('perCounter', kpis.per_counter === null || kpis.per_counter === undefined ? NONE : kpis.per_counter.toFixed(1), crowd ? t('padMonitor.limit', { n: crowd.yellow }) : '', toneOf(kpis.per_counter ?? 0, crowd)),
    tile('issued', String(kpis.issued)),
    tile('finished', String(kpis.finished)),
    rate('abandoned', kpis.abandon_rate),
    rate('over', kpis.over_limit),
    rate('overStandard', kpis.over_standard),
    rate('satisfied', kpis.satisfied_rate),
    rate('rated', kpis.rating_rate),
    rate('diverted', kpis.diverted_rate),
    tile('composite', kpis.composite_satisfaction === null || kpis.composite_satisfaction === undefined ? NONE : `${String(Math.round(kpis.composite_satisfaction * 100))}%`),
  ]
}
