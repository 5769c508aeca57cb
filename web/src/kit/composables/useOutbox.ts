/**
 * Actions that may wait for a lost link (a task accepted, a note): kept on this device with the key that
 * makes them happen once, sent in order when the link is back, each shown with its state. What must not wait
 * (a ticket, a call) does not belong here: call the API and let the person see the refusal.
 */
import { computed, readonly, shallowRef, type ComputedRef, type Ref } from 'vue'
import { call, newIdempotencyKey } from '@/api/client'
import { ApiError } from '@/api/error'
import { hallNow } from '../hallClock'
import { openStore, type Store } from '../storage'

export type OutboxState = 'queued' | 'sending' | 'sent' | 'refused'

export interface OutboxItem {
  /** Idempotency key and id in one. */
  id: string
  /** What the person did, in their words. */
  label: string
  method: 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  path: string
  body?: unknown
  /** When it was done, not when it was sent: milliseconds since 1970 UTC. */
  at_ms: number
  state: OutboxState
  /** Why the server did not accept it, in the person's language. */
  refusal?: string
}

export type NewOutboxItem = Pick<OutboxItem, 'label' | 'method' | 'path' | 'body'>

/** More than this cannot wait: the oldest are days old and the person should be told. */
export const OUTBOX_MAX = 200
/** A failed round is tried again after this long, in milliseconds. */
const RETRY_MS = 5_000

export interface Outbox {
  items: Readonly<Ref<readonly OutboxItem[]>>
  waiting: ComputedRef<number>
  /** Keeps the action and sends it as soon as possible. Throws RangeError when too many are waiting. */
  add: (action: NewOutboxItem) => Promise<OutboxItem>
  /** Sends what is waiting, in order; stops at the first that gets no answer. */
  flush: () => Promise<void>
  /** Takes a sent or refused item off the list. */
  dismiss: (id: string) => Promise<void>
}

export interface OutboxPorts {
  store: Store<OutboxItem>
  send: (item: OutboxItem) => Promise<unknown>
  now: () => number
  newKey: () => string
  /** Asks for another `flush` later. */
  later: (flush: () => void) => void
}

export function makeOutbox(ports: OutboxPorts): Outbox {
  const items = shallowRef<readonly OutboxItem[]>([])
  let flushing: Promise<void> | undefined

  const loaded = ports.store.all().then((kept) => {
    // What was on its way when the page closed is sent again; its key keeps it from happening twice.
    const restored = kept
      .filter((item) => item.state !== 'sent')
      .map((item) => (item.state === 'sending' ? { ...item, state: 'queued' as const } : item))
    items.value = [...restored, ...items.value].sort((one, other) => one.at_ms - other.at_ms)
    for (const item of kept) if (item.state === 'sent') void ports.store.delete(item.id)
  })

  async function put(changed: OutboxItem): Promise<void> {
    items.value = items.value.map((item) => (item.id === changed.id ? changed : item))
    await ports.store.set(changed.id, changed)
  }

  async function sendAll(): Promise<void> {
    await loaded
    try {
      await sendQueued()
    } finally {
      // In the same instant as the last look at the queue, so that an action added now starts a new round.
      flushing = undefined
    }
  }

  async function sendQueued(): Promise<void> {
    for (;;) {
      const next = items.value.find((item) => item.state === 'queued')
      if (!next) return
      await put({ ...next, state: 'sending' })
      try {
        await ports.send(next)
        await put({ ...next, state: 'sent' })
      } catch (cause) {
        if (cause instanceof ApiError && !cause.isTransient && cause.status !== 401) {
          await put({ ...next, state: 'refused', refusal: cause.message })
          continue
        }
        await put({ ...next, state: 'queued' })
        ports.later(() => void outbox.flush())
        return
      }
    }
  }

  const outbox: Outbox = {
    items: readonly(items) as Readonly<Ref<readonly OutboxItem[]>>,
    waiting: computed(() => items.value.filter((item) => item.state === 'queued' || item.state === 'sending').length),
    add: async (action) => {
      await loaded
      if (outbox.waiting.value >= OUTBOX_MAX) throw new RangeError(`more than ${String(OUTBOX_MAX)} actions are waiting`)
      const item: OutboxItem = { ...action, id: ports.newKey(), at_ms: ports.now(), state: 'queued' }
      items.value = [...items.value, item]
      await ports.store.set(item.id, item)
      void outbox.flush()
      return item
    },
    flush: () => {
      flushing ??= sendAll()
      return flushing
    },
    dismiss: async (id) => {
      const item = items.value.find((kept) => kept.id === id)
      if (!item || item.state === 'queued' || item.state === 'sending') return
      items.value = items.value.filter((kept) => kept.id !== id)
      await ports.store.delete(id)
    },
  }
  return outbox
}

let outbox: Outbox | undefined

/** The page's outbox. */
export function useOutbox(): Outbox {
  if (outbox) return outbox
  let timer: ReturnType<typeof setTimeout> | undefined
  const made = makeOutbox({
    store: openStore<OutboxItem>('outbox'),
    send: (item) => call(item.method, item.path, item.body, { 'Idempotency-Key': item.id }),
    now: hallNow,
    newKey: newIdempotencyKey,
    later: (flush) => {
      clearTimeout(timer)
      timer = setTimeout(flush, RETRY_MS)
    },
  })
  window.addEventListener('online', () => void made.flush())
  void made.flush()
  outbox = made
  return made
}
