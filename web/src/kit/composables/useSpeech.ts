/**
 * Announcements, one after another. The server's own voice first (`/api/speech`), the browser's where the
 * server has none; where neither can speak, the announcement ends as `silent` and the screen must say so.
 */
import { readonly, ref, type Ref } from 'vue'
import type { Language } from '@/words/define'

/** By whose voice it was spoken, or not at all. */
export type SpokenBy = 'server' | 'browser' | 'silent'

export interface Utterance {
  language: Language
  text: string
}

export interface Announcement {
  /** Settles when the last word is spoken; `silent` if any part of it could not be. */
  ended: Promise<SpokenBy>
}

/** One voice: speaks an utterance to its end and tells whether it could. */
export type Voice = (utterance: Utterance) => Promise<boolean>

/** Announcements waiting at most; an older one gives way, as a call nobody could hear is called again. */
export const WAITING_MAX = 20
/** How long the server's voice is left alone after it failed, in milliseconds. */
const SERVER_REST_MS = 60_000
/** An utterance that has not ended after this long is given up, in milliseconds. */
const UTTERANCE_MAX_MS = 30_000

export interface Speaker {
  isSpeaking: Readonly<Ref<boolean>>
  /** Whether the last announcement could be heard. */
  canSpeak: Readonly<Ref<boolean>>
  /** Queues the utterances (say, Chinese then English) as one announcement. */
  announce: (utterances: readonly Utterance[]) => Announcement
  /** Empties the queue and stops the voice. */
  stop: () => void
}

interface Waiting {
  utterances: readonly Utterance[]
  settle: (by: SpokenBy) => void
}

/** A queue over voices tried in order. Pure but for the voices, so that it can be tested without sound. */
export function makeSpeaker(voices: readonly { by: Exclude<SpokenBy, 'silent'>; speak: Voice }[], hush: () => void): Speaker {
  const waiting: Waiting[] = []
  const isSpeaking = ref(false)
  const canSpeak = ref(true)
  let round = 0

  async function speakOne(utterance: Utterance, ofRound: number): Promise<SpokenBy> {
    for (const voice of voices) {
      if (ofRound !== round) return 'silent'
      if (await voice.speak(utterance).catch(() => false)) return voice.by
    }
    return 'silent'
  }

  async function speakAll(): Promise<void> {
    if (isSpeaking.value) return
    isSpeaking.value = true
    for (let next = waiting.shift(); next; next = waiting.shift()) {
      const ofRound = round
      let heard: SpokenBy = 'silent'
      for (const [index, utterance] of next.utterances.entries()) {
        const by = ofRound === round ? await speakOne(utterance, ofRound) : 'silent'
        heard = by === 'silent' || (index > 0 && heard === 'silent') ? 'silent' : by
      }
      if (ofRound === round) canSpeak.value = heard !== 'silent'
      next.settle(heard)
    }
    isSpeaking.value = false
  }

  return {
    isSpeaking: readonly(isSpeaking),
    canSpeak: readonly(canSpeak),
    announce: (utterances) => {
      let settle: (by: SpokenBy) => void = () => undefined
      const ended = new Promise<SpokenBy>((resolve) => {
        settle = resolve
      })
      waiting.push({ utterances, settle })
      while (waiting.length > WAITING_MAX) waiting.shift()?.settle('silent')
      void speakAll()
      return { ended }
    },
    stop: () => {
      round += 1
      for (const dropped of waiting.splice(0)) dropped.settle('silent')
      hush()
    },
  }
}

/** Resolves false when `work` takes longer than an utterance may. */
function within(work: Promise<boolean>): Promise<boolean> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => { resolve(false) }, UTTERANCE_MAX_MS)
    void work.then(resolve, () => { resolve(false) }).finally(() => { clearTimeout(timer) })
  })
}

/** What the server's voice needs of an audio element. */
export type Player = Pick<HTMLAudioElement, 'onended' | 'onerror' | 'src' | 'play' | 'pause' | 'removeAttribute' | 'load'>

/** The server's voice, and how it is hushed: at once, and what the player reports of that is no failure of the server's. */
export function serverVoice(player: Player, surface: string): { speak: Voice; hush: () => void } {
  let restsUntil_ms = 0
  const over = (): void => undefined
  let settle: (ok: boolean) => void = over
  return {
    speak: (utterance) => {
      if (Date.now() < restsUntil_ms) return Promise.resolve(false)
      const query = new URLSearchParams({ text: utterance.text, lang: utterance.language.slice(0, 2), surface })
      return within(
        new Promise<boolean>((resolve) => {
          const mine = (ok: boolean): void => {
            settle = over
            player.onended = player.onerror = null
            resolve(ok)
          }
          const failed = (): void => {
            if (settle !== mine) return
            restsUntil_ms = Date.now() + SERVER_REST_MS
            mine(false)
          }
          settle = mine
          player.onended = () => { mine(true) }
          player.onerror = failed
          player.src = `/api/speech?${query.toString()}`
          player.play().catch(failed)
        }),
      )
    },
    hush: () => {
      settle(false)
      player.pause()
      player.removeAttribute('src')
      player.load()
    },
  }
}

const browserVoice: Voice = async (utterance) => {
  if (!('speechSynthesis' in window)) return false
  const voice = await voiceFor(utterance.language)
  if (!voice) return false
  return within(
    new Promise<boolean>((resolve) => {
      const spoken = new SpeechSynthesisUtterance(utterance.text)
      spoken.voice = voice
      spoken.lang = voice.lang
      spoken.rate = 0.95
      spoken.onend = () => { resolve(true) }
      spoken.onerror = () => { resolve(false) }
      speechSynthesis.speak(spoken)
    }),
  )
}

/** The browser may load its voices late; half a second is enough where there are any. */
async function voiceFor(language: Language): Promise<SpeechSynthesisVoice | undefined> {
  if (speechSynthesis.getVoices().length === 0) {
    await new Promise<void>((resolve) => {
      setTimeout(resolve, 500)
      speechSynthesis.addEventListener('voiceschanged', () => { resolve() }, { once: true })
    })
  }
  const wanted = language.slice(0, 2)
  return speechSynthesis.getVoices().find((voice) => voice.lang.toLowerCase().startsWith(wanted))
}

let speaker: Speaker | undefined

/** The page's one speaker: two components that announce at once are heard one after the other. */
export function useSpeech(): Speaker {
  if (speaker) return speaker
  const server = serverVoice(new Audio(), document.documentElement.dataset['surface'] ?? '')
  speaker = makeSpeaker([{ by: 'server', speak: server.speak }, { by: 'browser', speak: browserVoice }], () => {
    server.hush()
    if ('speechSynthesis' in window) speechSynthesis.cancel()
  })
  return speaker
}
