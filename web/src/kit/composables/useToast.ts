/** Short messages that come and go. What must not be missed belongs on the page, not here. */
import { readonly, shallowRef, type Ref } from 'vue'
import type { Tone } from '../tones'

export interface Toast {
  id: number
  text: string
  tone: Tone
}

/** How long a message stays, in milliseconds: time to read it at ease; one about something wrong stays longer. */
const STAY_MS = 5_000
const STAY_WRONG_MS = 10_000
const SHOWN_MAX = 4

const toasts = shallowRef<readonly Toast[]>([])
let lastId = 0

export interface Toasts {
  toasts: Readonly<Ref<readonly Toast[]>>
  say: (text: string, tone?: Tone) => void
  dismiss: (id: number) => void
}

export function useToast(): Toasts {
  const dismiss = (id: number): void => {
    toasts.value = toasts.value.filter((toast) => toast.id !== id)
  }
  return {
    toasts: readonly(toasts) as Readonly<Ref<readonly Toast[]>>,
    dismiss,
    say: (text, tone = 'neutral') => {
      lastId += 1
      const id = lastId
      toasts.value = [...toasts.value, { id, text, tone }].slice(-SHOWN_MAX)
      setTimeout(() => { dismiss(id) }, tone === 'bad' ? STAY_WRONG_MS : STAY_MS)
    },
  }
}
