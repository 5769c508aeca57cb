/** How a phone gets its holder's attention: vibration always, voice and a screen that stays awake once they were allowed. */
import { onScopeDispose, ref, type Ref } from 'vue'
import { usePreferences } from '@/kit/composables/usePreferences'
import { useSpeech } from '@/kit/composables/useSpeech'

const VIBRATION_MS = [400, 200, 400, 200, 800]

export interface Alerts {
  on: Readonly<Ref<boolean>>
  /** Browsers let a page speak only after a touch; `hello` is spoken at once, so that one hears how loud it is. */
  allow: (hello: string) => void
  alert: (text: string) => void
}

export function useAlerts(): Alerts {
  const on = ref(false)
  const speech = useSpeech()
  const preferences = usePreferences()
  let lock: WakeLockSentinel | undefined

  const speak = (text: string): void => { speech.announce([{ language: preferences.values.value.language, text }]) }
  async function stayAwake(): Promise<void> {
    if (!on.value || !('wakeLock' in navigator) || document.visibilityState !== 'visible') return
    // Refused on a low battery; the card still works.
    lock = await navigator.wakeLock.request('screen').catch(() => undefined)
  }
  const again = (): void => void stayAwake()
  document.addEventListener('visibilitychange', again)
  onScopeDispose(() => {
    document.removeEventListener('visibilitychange', again)
    void lock?.release()
    speech.stop()
  })
  return {
    on,
    allow: (hello) => {
      on.value = true
      speak(hello)
      void stayAwake()
    },
    alert: (text) => {
      if ('vibrate' in navigator) navigator.vibrate(VIBRATION_MS)
      if (on.value) speak(text)
    },
  }
}
