/** The monitor's figures as the server sends them, and how they are written. Pure. */
import type { Text } from '@/kit/composables/useText'

export interface Rate { part: number; whole: number }
export interface ServiceFigures { issued: number; waiting: number; finished: number; mean_wait_ms?: number; mean_service_ms?: number }
export interface Kpis {
  busy: 'closed' | 'idle' | 'normal' | 'busy' | 'saturated'
  in_hall: number; issued: number; waiting: number; finished: number; abandoned: number; online_counters: number; counters: number
  mean_waiting_now_ms?: number; longest_waiting_now_ms: number; per_counter?: number; composite_satisfaction?: number
  /** A report says null, a live view nothing, where nobody was called. */
  waits: { count: number; mean_ms?: number | null; p90_ms?: number | null; max_ms?: number | null; bands: number[] }
  within_limit: Rate; abandon_rate: Rate; open_rate: Rate; over_standard: Rate; rating_rate: Rate; good_rate: Rate; diverted_rate: Rate
  by_service: Record<string, ServiceFigures>
  by_staff: Record<string, { finished: number; busy_ms: number; mean_score?: number }>
  by_counter: Record<string, { served: number; saturation?: number }>
}
export interface Monitor {
  date: string; open: boolean; kpis: Kpis
  calibration: { count: number; coverage?: number; mean_width_ms?: number; mean_error_ms?: number }
  services: Record<string, Text>; counters: Record<string, string>; staff: Record<string, string>
}

const MINUTE_MS = 60_000

export const minutes = (ms: number): string => (ms / MINUTE_MS).toFixed(ms < 10 * MINUTE_MS ? 1 : 0)
export const percent = (share: number): string => `${(share * 100).toFixed(share > 0 && share < 0.1 ? 1 : 0)} %`
/** A rate, or undefined where there was nothing to count. */
export const rate = ({ part, whole }: Rate): string | undefined => (whole > 0 ? percent(part / whole) : undefined)
/** The date of a moment where the reader is, as YYYY-MM-DD. */
export const isoDate = (ms: number): string => new Date(ms - new Date(ms).getTimezoneOffset() * MINUTE_MS).toISOString().slice(0, 10)
