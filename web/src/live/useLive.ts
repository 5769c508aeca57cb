/**
 * A live view in a component:
 *
 *     const { data, state, since } = useLive<BoardView>('hall.board', () => branch.value)
 *
 * `data` is the newest there is (or null), `state` says how good it is, `since` when it was last current.
 */
import { onScopeDispose, ref, shallowRef, toValue, watch, type MaybeRefOrGetter, type Ref, type ShallowRef } from 'vue'
import { hallNow } from '@/kit/hallClock'
import { openStore } from '@/kit/storage'
import { LiveLink, topicName, type Held, type LiveState } from './link'

export interface Live<Data> {
  data: Readonly<ShallowRef<Data | null>>
  state: Readonly<Ref<LiveState>>
  /** When the data was last known to be current: milliseconds since 1970 UTC; null before the first. */
  since: Readonly<Ref<number | null>>
  error: Readonly<ShallowRef<{ code: string; message: string } | null>>
  retry: () => void
}

export interface LiveOptions {
  /** Keep the last snapshot on this device, to show it when the page opens without a link. */
  persist?: boolean
}

/** A kept snapshot is written at most this often, in milliseconds. */
const KEEP_EVERY_MS = 2_000

const kept = openStore<Held>('live')
let link: LiveLink | undefined

interface LiveContext {
  /** Whose session the socket uses: one browser may hold several surfaces. */
  surface: string
  onSessionOver: () => void
}
let context: LiveContext = { surface: '', onSessionOver: () => undefined }

/** What the live socket must know of its page; startSurface sets it. */
export function configureLive(next: LiveContext): void {
  context = next
}

/** The page's one link; made at the first use. */
export function pageLink(): LiveLink {
  if (link) return link
  const made = new LiveLink({
    open: () => new WebSocket(socketAddress(location, context.surface)),
    now: hallNow,
    onSessionOver: () => {
      context.onSessionOver()
    },
  })
  window.addEventListener('online', () => {
    made.retry()
  })
  window.addEventListener('offline', () => {
    made.cut()
  })
  link = made
  return made
}

/** A WebSocket cannot send headers, so the surface is named in its address. */
export function socketAddress(page: { protocol: string; host: string }, surface: string): string {
  return `${page.protocol === 'https:' ? 'wss' : 'ws'}://${page.host}/live?surface=${encodeURIComponent(surface)}`
}

export function useLive<Data>(
  view: string,
  key: MaybeRefOrGetter<string | null | undefined>,
  options: LiveOptions = {},
): Live<Data> {
  const data = shallowRef<Data | null>(null)
  const state = ref<LiveState>('loading')
  const since = ref<number | null>(null)
  const error = shallowRef<{ code: string; message: string } | null>(null)

  let stop: (() => void) | undefined
  const leave = (): void => {
    stop?.()
    stop = undefined
  }

  watch(
    () => toValue(key),
    async (name, _old, onCleanup) => {
      let isCurrent = true
      onCleanup(() => {
        isCurrent = false
        leave()
      })
      data.value = null
      state.value = 'loading'
      since.value = null
      error.value = null
      if (name === null || name === undefined || name === '') return

      const held = options.persist ? await kept.get(topicName(view, name)) : null
      if (!isCurrent) return
      const keep = options.persist ? keeper(topicName(view, name)) : undefined
      stop = pageLink().watch(
        view,
        name,
        (status) => {
          state.value = status.state
          error.value = status.error
          since.value = status.held?.at_ms ?? null
          data.value = (status.held?.data as Data | undefined) ?? null
          if (status.state === 'live' && status.held) keep?.(status.held)
          // What the server no longer lets us see must not stay on the device.
          if (status.state === 'refused' && options.persist) void kept.delete(topicName(view, name))
        },
        held,
      )
    },
    { immediate: true },
  )
  onScopeDispose(leave)

  return { data, state, since, error, retry: () => { pageLink().retry() } }
}

/** Writes the newest snapshot, not every one. */
function keeper(name: string): (held: Held) => void {
  let newest: Held | undefined
  let timer: ReturnType<typeof setTimeout> | undefined
  return (held) => {
    newest = held
    timer ??= setTimeout(() => {
      timer = undefined
      if (newest) void kept.set(name, newest)
    }, KEEP_EVERY_MS)
  }
}

/** Forgets every snapshot kept on this device: at sign-out. */
export const forgetKept = (): Promise<void> => kept.clear()
