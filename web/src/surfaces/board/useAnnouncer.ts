/** Speaks new calls one after another and tells which one is lit: for as long as it is spoken, and never less than a look takes. */
import { onScopeDispose, readonly, ref, watch, type Ref } from 'vue'
import { useSpeech } from '@/kit/composables/useSpeech'
import { hallNow } from '@/kit/hallClock'
import type { BoardView } from '@/live/hall'
import type { Live } from '@/live/useLive'
import { sentence, toAnnounce, voicesOf, type Call } from './calls'

/** How long a call is lit at least, also where nothing can be heard, in milliseconds. */
const LIT_MIN_MS = 4_500

export interface Announcer {
  /** The call that is being announced. */
  lit: Readonly<Ref<number>>
  canSpeak: Readonly<Ref<boolean>>
}

export function useAnnouncer(live: Live<BoardView>): Announcer {
  const speech = useSpeech()
  const voices = voicesOf(new URLSearchParams(location.search).get('speak'))
  const lit = ref(0)
  const waiting: Call[] = []
  let announced: number | undefined
  let isRunning = false
  let isOver = false

  async function run(): Promise<void> {
    if (isRunning) return
    isRunning = true
    for (let call = waiting.shift(); call && !isOver; call = waiting.shift()) {
      lit.value = call.sequence
      const shown = new Promise((resolve) => setTimeout(resolve, LIT_MIN_MS))
      const made = call
      const texts = voices.map((language) => ({ language, text: sentence(made, language) }))
      if (texts.length > 0) await speech.announce(texts).ended
      await shown
    }
    lit.value = 0
    isRunning = false
  }

  watch(live.data, (view) => {
    if (!view) return
    // A board that has just been switched on shows what was called, and speaks what comes.
    announced ??= view.last_call
    // A new day begins to count anew.
    if (view.last_call < announced) announced = 0
    const fresh = toAnnounce(view, announced, hallNow())
    announced = Math.max(announced, view.last_call)
    waiting.push(...fresh)
    if (fresh.length > 0) void run()
  }, { immediate: true })

  onScopeDispose(() => {
    isOver = true
    speech.stop()
  })
  return { lit: readonly(lit), canSpeak: speech.canSpeak }
}
