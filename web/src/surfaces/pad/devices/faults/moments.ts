/** Until when an alarm may be put off with one touch. */
export const MOMENTS = ['h1', 'h4', 'tomorrow', 'week'] as const
export type Moment = (typeof MOMENTS)[number]

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS

/** "Tomorrow" is nine o'clock of the next day where the person is. */
export function momentAfter(moment: Moment, nowMs: number): number {
  if (moment === 'h1') return nowMs + HOUR_MS
  if (moment === 'h4') return nowMs + 4 * HOUR_MS
  if (moment === 'week') return nowMs + 7 * DAY_MS
  const next = new Date(nowMs + DAY_MS)
  next.setHours(9, 0, 0, 0)
  return next.getTime()
}
