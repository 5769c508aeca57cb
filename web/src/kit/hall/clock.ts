/** How far a service has come, against the catalogue's standard time. */
export interface Progress {
  /** Minutes and seconds so far, as a clock shows them: "4:09", "1:02:30". */
  text: string
  /** Share of the standard time that has passed, for the bar: 0 to 1. */
  share: number
  tone: 'good' | 'warn' | 'bad'
}

/** Over the standard is to be noticed, over this many times it to be wrong. */
const FAR_OVER = 1.5

export function clockText(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000))
  const two = (value: number): string => String(value).padStart(2, '0')
  const hours = Math.floor(seconds / 3600)
  const minutes = Math.floor(seconds / 60) % 60
  return hours > 0 ? `${String(hours)}:${two(minutes)}:${two(seconds % 60)}` : `${String(minutes)}:${two(seconds % 60)}`
}

/** @param standard_ms the catalogue's time; 0 where the service is no longer in it. */
export function progress(ms: number, standard_ms: number): Progress {
  const times = standard_ms > 0 ? ms / standard_ms : 0
  return { text: clockText(ms), share: Math.min(1, Math.max(0, times)), tone: times > FAR_OVER ? 'bad' : times > 1 ? 'warn' : 'good' }
}

/** Whole minutes that have passed, never below 0. */
export const minutesSince = (now: number, moment: number): number => Math.max(0, Math.floor((now - moment) / 60_000))
