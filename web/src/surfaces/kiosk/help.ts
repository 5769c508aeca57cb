/** Calling a person: any page may ask, one dialog does the calling, and all of the kiosk sees what became of it. */
import { computed, shallowRef, type ComputedRef } from 'vue'
import { useNow } from '@/kit/composables/useNow'
import { useKiosk, type CallView } from './kiosk'

/** So long nobody took the call that one should be told what else to do, in milliseconds. */
export const PATIENCE_MS = 60_000

/** `none`: nobody was called. `waiting`: somebody is asked. `coming`: somebody took it. `unanswered`: nobody did. */
export type HelpStage = 'none' | 'waiting' | 'coming' | 'unanswered'

export function helpStage(call: CallView | null, now_ms: number): HelpStage {
  if (!call?.task) return 'none'
  if (call.state === 'accepted') return 'coming'
  if (call.state === 'unanswered') return 'unanswered'
  if (call.state !== 'offered') return 'none'
  return now_ms - call.raised_ms > PATIENCE_MS ? 'unanswered' : 'waiting'
}

export const useHelpStage = (): ComputedRef<HelpStage> => {
  const kiosk = useKiosk()
  const now = useNow()
  return computed(() => helpStage(kiosk.call.data.value, now.value))
}

/** The newest wish for a person: with a reason to choose, or right away. */
export const wished = shallowRef<{ atOnce: boolean } | null>(null)
export const askForHelp = (): void => { wished.value = { atOnce: false } }
export const callForHelp = (): void => { wished.value = { atOnce: true } }
