/** Days and times of day where the branch is. Pure. */
const DAY_MS = 86_400_000

/** The local date, `by` days from then: 2026-11-22. */
export const dayOf = (at_ms: number, timeZone: string, by = 0): string => new Intl.DateTimeFormat('en-CA', { timeZone, dateStyle: 'short' }).format(at_ms + by * DAY_MS)

/** How much of the local day has passed: 0 at midnight, 0.5 at noon. */
export function shareOfDay(at_ms: number, timeZone: string): number {
  const parts = new Intl.DateTimeFormat('en-GB', { timeZone, hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23' }).formatToParts(at_ms)
  const of = (type: string): number => Number(parts.find((part) => part.type === type)?.value ?? 0)
  return (of('hour') * 3600 + of('minute') * 60 + of('second')) / 86_400
}
