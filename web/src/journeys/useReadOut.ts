/** Reads screens out on a person's own device, once they asked for it. */
import { onScopeDispose, readonly, ref, type Ref } from 'vue'
import { usePreferences } from '@/kit/composables/usePreferences'
import { useSpeech } from '@/kit/composables/useSpeech'

export interface ReadOut {
  isOn: Readonly<Ref<boolean>>
  toggle: () => void
  speak: (text: string) => void
}

export function useReadOut(): ReadOut {
  const speech = useSpeech()
  const preferences = usePreferences()
  const isOn = ref(false)
  /** What was on the screen when it was asked for is read at once. */
  let last = ''
  function speak(text: string): void {
    last = text
    if (!isOn.value || text === '') return
    speech.stop()
    speech.announce([{ language: preferences.values.value.language, text }])
  }
  onScopeDispose(() => { speech.stop() })
  return {
    isOn: readonly(isOn),
    toggle: () => {
      isOn.value = !isOn.value
      if (isOn.value) speak(last)
      else speech.stop()
    },
    speak,
  }
}
