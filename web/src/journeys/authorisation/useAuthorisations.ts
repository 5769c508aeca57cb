/** One person's work on the queue: take, look at what it is about, yes, no, or back to all. */
import { computed, ref, shallowRef, watch, type ComputedRef, type Ref, type ShallowRef } from 'vue'
import { call } from '@/api/client'
import { ApiError } from '@/api/error'
import { useCommand, type Refusal } from '@/kit/composables/useCommand'
import { freeFor, mineOf } from './queue'
import type { Values } from '../types'
import type { Queue, QueuedRequest, Shown } from './types'

export interface Taken {
  request: QueuedRequest
  shown: Shown
}

export interface AuthorisationWork {
  taken: Readonly<ShallowRef<Taken | null>>
  free: ComputedRef<QueuedRequest[]>
  busy: Readonly<Ref<boolean>>
  refusal: Readonly<ShallowRef<Refusal | null>>
  /** What became of the one that was in hand, where it was not this person who ended it. */
  lost: Ref<boolean>
  take: (authorisation: string) => Promise<void>
  /** Yes; or a piece of work is done, with what its form asks for. */
  give: (values?: Values) => Promise<boolean>
  deny: (reason: string) => Promise<boolean>
  putBack: () => Promise<boolean>
  dismiss: () => void
}

export function useAuthorisations(queue: () => Queue | null, me: () => string, refresh: () => unknown = () => undefined): AuthorisationWork {
  const commands = useCommand()
  const taken = shallowRef<Taken | null>(null)
  const lost = ref(false)
  const path = (id: string, step: string): string => `/api/authorisations/${encodeURIComponent(id)}/${step}`
  const mine = computed(() => mineOf(queue(), me()))

  async function take(id: string): Promise<void> {
    const request = queue()?.requests[id]
    if (!request || taken.value) return
    lost.value = false
    const shown = await commands.run<Shown>({ path: path(id, 'take') })
    if (shown && shown !== true) taken.value = { request, shown }
    void refresh()
  }
  async function end(step: string, body?: unknown): Promise<boolean> {
    const id = taken.value?.request.authorisation
    if (!id) return false
    const done = await commands.run({ path: path(id, step), ...(body ? { body } : {}) })
    // Settled elsewhere, or the time ran out: it is no longer in this person's hands.
    const isGone = ['authorisation_over', 'not_taken_by_you'].includes(commands.refusal.value?.code ?? '')
    if (done || isGone) taken.value = null
    void refresh()
    return done !== undefined
  }
  // After a reload what was in hand is in hand again.
  watch(mine, async (request) => {
    if (!request || taken.value || commands.busy.value) return
    try {
      const shown = await call<Shown>('GET', path(request.authorisation, 'evidence'))
      taken.value ??= { request, shown }
    } catch (cause) {
      if (!(cause instanceof ApiError)) throw cause
    }
  }, { immediate: true })
  watch(() => { const id = taken.value?.request.authorisation; const now = queue(); return id && now ? (now.requests[id]?.taken_by ?? 'gone') : undefined }, (by, before) => {
    // The queue may be a moment behind the taking: only what was seen as mine can be lost.
    if (before !== me() || by === me() || by === undefined || commands.busy.value) return
    if (taken.value) lost.value = true
    taken.value = null
  })
  return {
    taken,
    free: computed(() => freeFor(queue(), me())),
    busy: commands.busy,
    refusal: commands.refusal,
    lost,
    take,
    give: (values) => end('give', values ? { values } : undefined),
    deny: (reason) => end('deny', { reason }),
    putBack: () => end('put-back'),
    dismiss: commands.dismiss,
  }
}
