/**
 * Commands of a page, one at a time: a second press while the first is on its way does nothing, a refusal is
 * kept in words, and a command that got no answer may be sent again under the same key, so that it happens once.
 */
import { readonly, ref, shallowRef, type Ref, type ShallowRef } from 'vue'
import { call, idempotent, newIdempotencyKey } from '@/api/client'
import { ApiError } from '@/api/error'

export interface Command {
  path: string
  body?: unknown
  method?: 'POST' | 'PUT' | 'PATCH' | 'DELETE'
}

export interface Refusal {
  code: string
  /** In the person's language, to be shown as it is. */
  message: string
  /** There where no answer came: sends the same command under the same key. */
  retry?: () => Promise<unknown>
}

export interface Commands {
  busy: Readonly<Ref<boolean>>
  refusal: Readonly<ShallowRef<Refusal | null>>
  /** Sends a command; undefined where it was refused, got no answer, or another was on its way. */
  run: <Answer = unknown>(command: Command) => Promise<Answer | true | undefined>
  dismiss: () => void
  /** Says no without asking the server: what cannot be done now. */
  refuse: (refusal: Refusal) => void
}

type Send = (command: Command, key: string) => Promise<unknown>

const overTheWire: Send = ({ path, body, method }, key) => call(method ?? 'POST', path, body ?? {}, idempotent(key))

export function useCommand(send: Send = overTheWire): Commands {
  const busy = ref(false)
  const refusal = shallowRef<Refusal | null>(null)

  async function attempt(command: Command, key: string): Promise<unknown> {
    if (busy.value) return undefined
    busy.value = true
    try {
      const answer = await send(command, key)
      refusal.value = null
      return answer ?? true
    } catch (cause) {
      if (!(cause instanceof ApiError)) throw cause
      const { code, message } = cause
      refusal.value = { code, message, ...(cause.status === 0 ? { retry: () => attempt(command, key) } : {}) }
      return undefined
    } finally {
      busy.value = false
    }
  }

  return {
    busy: readonly(busy),
    refusal,
    run: <Answer>(command: Command) => attempt(command, newIdempotencyKey()) as Promise<Answer | true | undefined>,
    dismiss: () => {
      refusal.value = null
    },
    refuse: (own) => {
      refusal.value = own
    },
  }
}
