/** Whether the doors are open, and when they open next: from the branch's real hours, by the hall's time. */
export interface OpenSpan {
  opens_ms: number
  closes_ms: number
}

/**
 * `before`: opens later today; `break`: closed at noon, opens again today; `after`: closed for today; `away`: closed
 * all day; both with the next time, which is missing where none is known.
 */
export type Opening = { kind: 'open'; closes_ms: number } | { kind: 'before' | 'break'; next_ms: number } | { kind: 'after' | 'away'; next_ms?: number }

/** @param dayOf the local date of a moment, as anything that is the same for the same day. */
export function openingAt(spans: readonly OpenSpan[], now_ms: number, dayOf: (at_ms: number) => string): Opening {
  const now = spans.find(({ opens_ms, closes_ms }) => opens_ms <= now_ms && now_ms < closes_ms)
  if (now) return { kind: 'open', closes_ms: now.closes_ms }
  const today = dayOf(now_ms)
  const isOfToday = ({ opens_ms }: OpenSpan): boolean => dayOf(opens_ms) === today
  const wasOpen = spans.some((span) => isOfToday(span) && span.closes_ms <= now_ms)
  const next = spans.find(({ opens_ms }) => opens_ms > now_ms)
  if (next && isOfToday(next)) return { kind: wasOpen ? 'break' : 'before', next_ms: next.opens_ms }
  return { kind: wasOpen ? 'after' : 'away', ...(next ? { next_ms: next.opens_ms } : {}) }
}
