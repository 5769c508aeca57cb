/** The hall's time, ticking: milliseconds since 1970 UTC, as a ref. One timer a step for the whole page. */
import { onScopeDispose, readonly, ref, type Ref } from 'vue'
import { hallNow } from '../hallClock'

const clocks = new Map<number, { now: Ref<number>; users: number; timer: ReturnType<typeof setInterval> }>()

export function useNow(everyMs = 1000): Readonly<Ref<number>> {
  let clock = clocks.get(everyMs)
  if (!clock) {
    const now = ref(hallNow())
    const timer = setInterval(() => {
      now.value = hallNow()
    }, everyMs)
    clock = { now, users: 0, timer }
    clocks.set(everyMs, clock)
  }
  const used = clock
  used.users += 1
  onScopeDispose(() => {
    used.users -= 1
    if (used.users > 0) return
    clearInterval(used.timer)
    clocks.delete(everyMs)
  })
  return readonly(used.now)
}
