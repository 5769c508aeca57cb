/** Reads again now and then, and when the page is looked at again: for what changes in hours, not in seconds. */
import { onScopeDispose } from 'vue'
import type { Fetched } from '@/kit/composables/useFetched'

const EVERY_MS = 60_000

export function useRefetch(fetched: Fetched<unknown>): void {
  const again = (): void => {
    if (document.visibilityState === 'visible') void fetched.retry()
  }
  const timer = setInterval(again, EVERY_MS)
  document.addEventListener('visibilitychange', again)
  window.addEventListener('online', again)
  onScopeDispose(() => {
    clearInterval(timer)
    document.removeEventListener('visibilitychange', again)
    window.removeEventListener('online', again)
  })
}
