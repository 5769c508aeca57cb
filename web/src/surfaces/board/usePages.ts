/** More rows than fit: as many as fit at a time, the next ones after a while, over and over. */
import { computed, onBeforeUnmount, onMounted, ref, toValue, watch, type ComputedRef, type MaybeRefOrGetter, type Ref } from 'vue'

const TURN_EVERY_MS = 8_000

export interface Pages<Item> {
  shown: ComputedRef<readonly Item[]>
  page: Readonly<Ref<number>>
  pages: ComputedRef<number>
}

/** The page's items; the last page is filled up from the ones before it, so that the list never changes its height. */
export function pageOf<Item>(items: readonly Item[], fit: number, page: number): readonly Item[] {
  if (fit <= 0 || items.length <= fit) return items
  const from = Math.min(page * fit, items.length - fit)
  return items.slice(from, from + fit)
}

/**
 * @param place holds the rows; its height over that of its first row says how many fit.
 * @param columns how many items stand side by side.
 */
export function usePages<Item>(items: MaybeRefOrGetter<readonly Item[]>, place: Readonly<Ref<HTMLElement | null>>, columns: MaybeRefOrGetter<number> = 1): Pages<Item> {
  const rowsFit = ref(0)
  const page = ref(0)
  const fit = computed(() => rowsFit.value * toValue(columns))
  const pages = computed(() => (fit.value > 0 ? Math.max(1, Math.ceil(toValue(items).length / fit.value)) : 1))
  let observer: ResizeObserver | undefined
  let timer: ReturnType<typeof setInterval> | undefined

  function measure(): void {
    const element = place.value
    const row = element?.firstElementChild
    if (!element || !(row instanceof HTMLElement) || row.offsetHeight === 0) return
    const gap = parseFloat(getComputedStyle(element).rowGap) || 0
    rowsFit.value = Math.max(1, Math.floor((element.clientHeight + gap) / (row.offsetHeight + gap)))
  }
  watch(place, (element, old) => {
    if (old) observer?.unobserve(old)
    if (element) {
      observer?.observe(element)
      measure()
    }
  }, { flush: 'post' })
  watch(() => toValue(items).length, measure, { flush: 'post' })
  onMounted(() => {
    observer = new ResizeObserver(measure)
    if (place.value) observer.observe(place.value)
    measure()
    timer = setInterval(() => {
      page.value = (page.value + 1) % pages.value
    }, TURN_EVERY_MS)
  })
  onBeforeUnmount(() => {
    observer?.disconnect()
    clearInterval(timer)
  })
  return { shown: computed(() => pageOf(toValue(items), fit.value, Math.min(page.value, pages.value - 1))), page, pages }
}
