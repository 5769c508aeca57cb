/** The doors of a branch in words: why nothing is done now, and when it goes on. */
import { computed, toValue, type ComputedRef, type MaybeRefOrGetter } from 'vue'
import { useI18n } from 'vue-i18n'
import { useFetched } from '../composables/useFetched'
import { useNow } from '../composables/useNow'
import { openingAt, type Opening, type OpenSpan } from './opening'

export interface Doors {
  /** Null until the hours are known. */
  opening: ComputedRef<Opening | null>
  /** Empty while the doors are open or nothing is known. */
  closedWords: ComputedRef<string>
}

const DAY_MS = 86_400_000

/** @param path where the branch's openings are read; empty waits. */
export function useOpening(path: MaybeRefOrGetter<string>, timeZone: MaybeRefOrGetter<string>): Doors {
  const { t, d } = useI18n()
  const now = useNow()
  const read = useFetched<{ openings: OpenSpan[] }>(path)
  const dayOf = (at_ms: number): string => new Intl.DateTimeFormat('en-CA', { timeZone: toValue(timeZone), dateStyle: 'short' }).format(at_ms)
  const opening = computed(() => (read.data.value ? openingAt(read.data.value.openings, now.value, dayOf) : null))
  const closedWords = computed(() => {
    const found = opening.value
    if (!found || found.kind === 'open') return ''
    if (found.next_ms === undefined) return t('visitor.closed.never')
    const time = d(found.next_ms, { key: 'time', timeZone: toValue(timeZone) })
    if (found.kind === 'before' || found.kind === 'break') return t(`visitor.closed.${found.kind}`, { time })
    const day = dayOf(found.next_ms) === dayOf(now.value + DAY_MS) ? t('visitor.closed.tomorrow') : d(found.next_ms, { month: 'numeric', day: 'numeric', weekday: 'short', timeZone: toValue(timeZone) })
    return t(`visitor.closed.${found.kind}`, { day, time })
  })
  return { opening, closedWords }
}
