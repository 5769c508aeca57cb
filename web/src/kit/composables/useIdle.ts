/** Tells when nobody has touched the screen for a while, so that a kiosk clears itself for the next person. */
import { onScopeDispose, readonly, ref, toValue, type MaybeRefOrGetter, type Ref } from 'vue'

const SIGNS_OF_LIFE = ['pointerdown', 'pointermove', 'keydown', 'wheel', 'touchstart'] as const

export interface Idle {
  isIdle: Readonly<Ref<boolean>>
  /** Starts counting anew, as if the screen had been touched. */
  touch: () => void
}

/** @param seconds how long without a touch; @param onIdle called once each time that time has passed. */
export function useIdle(seconds: MaybeRefOrGetter<number>, onIdle: () => void): Idle {
  const isIdle = ref(false)
  let timer: ReturnType<typeof setTimeout> | undefined

  const touch = (): void => {
    isIdle.value = false
    clearTimeout(timer)
    timer = setTimeout(() => {
      isIdle.value = true
      onIdle()
    }, toValue(seconds) * 1000)
  }
  for (const sign of SIGNS_OF_LIFE) window.addEventListener(sign, touch, { passive: true })
  touch()
  onScopeDispose(() => {
    clearTimeout(timer)
    for (const sign of SIGNS_OF_LIFE) window.removeEventListener(sign, touch)
  })
  return { isIdle: readonly(isIdle), touch }
}
