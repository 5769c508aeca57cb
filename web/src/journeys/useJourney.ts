/**
 * One journey at this terminal: begun, answered, handed over, and left. Its newest view comes from the live
 * socket or the answer to a command, whichever is newer; a command without an answer is sent again under the same
 * key, so that it happens once.
 */
import { computed, readonly, ref, shallowRef, watch, type ComputedRef, type Ref, type ShallowRef } from 'vue'
import { call, idempotent, newIdempotencyKey } from '@/api/client'
import { ApiError } from '@/api/error'
import type { Session } from '@/api/session'
import { useLive, type Live } from '@/live/useLive'
import { leavingOf, newer } from './stage'
import type { Handover, JourneyView, Values } from './types'

export interface JourneyRefusal {
  code: string
  message: string
  /** The field that is wrong; empty where it is none. */
  field: string
  /** There where no answer came: sends the same again, once. */
  retry?: () => Promise<unknown>
}

export interface JourneyRun {
  view: Readonly<ShallowRef<JourneyView | null>>
  live: Live<JourneyView>
  busy: Readonly<Ref<boolean>>
  refusal: Readonly<ShallowRef<JourneyRefusal | null>>
  isOpen: ComputedRef<boolean>
  begin: (scenario: string, more?: { visit?: string; customer?: string; given?: Values; after?: string }) => Promise<boolean>
  /** Shows a journey that is under way, without taking it. */
  open: (journey: string) => Promise<boolean>
  /** Goes on here with the journey of a code, scanned or typed. */
  take: (code: string) => Promise<boolean>
  /** Goes on here with one that this person may take. */
  here: (journey: string) => Promise<boolean>
  answer: (values: Values) => Promise<boolean>
  back: () => Promise<boolean>
  retry: () => Promise<boolean>
  cancel: () => Promise<boolean>
  withdraw: () => Promise<boolean>
  handOver: () => Promise<Handover | null>
  dismiss: () => void
  /** The customer walks away: finished, parked or cancelled as it stands, and forgotten here. */
  leave: () => Promise<void>
  /** Forgets it here and now; on the server nothing changes. */
  forget: () => void
}

/** Under which name the server knows whoever is at this screen as a journey's holder. */
export const seatOf = (session: Session | null): string =>
  session === null ? '' : session.kind === 'customer' && session.subject ? `customer:${session.subject}` : `${session.kind}:${session.id ?? ''}`

export function useJourney(branch: () => string, session: () => Session | null, channel?: 'pad' | 'counter'): JourneyRun {
  const held = shallowRef<JourneyView | null>(null)
  const busy = ref(false)
  const refusal = shallowRef<JourneyRefusal | null>(null)
  const current = computed(() => held.value?.journey ?? '')
  const live = useLive<JourneyView>('journeys.one', () => (current.value && held.value ? `${held.value.branch}/${current.value}/${seatOf(session())}` : ''))
  const show = (come: JourneyView): void => { held.value = newer(held.value, come) }
  watch(live.data, (come) => { if (come && come.journey === current.value) show(come) })

  /** One command at a time; the key stays the same for as long as no answer came. */
  async function send<Answer>(work: (key: string) => Promise<Answer>, key = newIdempotencyKey()): Promise<Answer | null> {
    if (busy.value) return null
    busy.value = true
    try {
      const answer = await work(key)
      refusal.value = null
      return answer
    } catch (cause) {
      if (!(cause instanceof ApiError)) throw cause
      await explain(cause, () => send(work, key))
      return null
    } finally {
      busy.value = false
    }
  }
  async function explain(cause: ApiError, retry: () => Promise<unknown>): Promise<void> {
    const field = cause.code === 'field_wrong' ? String(cause.params['field'] ?? '') : ''
    const message = field ? String(cause.params['reason'] ?? cause.message) : cause.message
    refusal.value = { code: cause.code, message, field, ...(cause.status === 0 ? { retry } : {}) }
    // Somebody, or this very request before, was faster: what holds is read anew, and that is no fault of theirs.
    if (cause.code === 'step_passed' && current.value) {
      await call<JourneyView>('GET', one(current.value)).then((come) => { held.value = come; refusal.value = null }, () => undefined)
    }
  }
  const one = (journey: string, rest = ''): string => `/api/journeys/${encodeURIComponent(journey)}${rest}`
  async function shown(work: (key: string) => Promise<JourneyView>): Promise<boolean> {
    return (await send(async (key) => { show(await work(key)); return true })) ?? false
  }
  const step = (rest: string) => (): Promise<boolean> => {
    const journey = current.value
    return shown((key) => call<JourneyView>('POST', one(journey, rest), {}, idempotent(key)))
  }
  const onChannel = channel ? { channel } : {}

  const run: JourneyRun = {
    view: held,
    live,
    busy: readonly(busy),
    refusal,
    isOpen: computed(() => held.value !== null),
    begin: (scenario, more = {}) => shown((key) => call('POST', `/api/branches/${encodeURIComponent(branch())}/journeys`, { scenario, ...onChannel, ...more }, idempotent(key))),
    open: (journey) => shown(() => call('GET', one(journey))),
    take: (code) => shown((key) => call('POST', '/api/journeys/take', { code, ...onChannel }, idempotent(key))),
    here: (journey) => shown((key) => call('POST', one(journey, `/here${channel ? `?channel=${channel}` : ''}`), {}, idempotent(key))),
    answer: (values) => {
      const journey = current.value
      const asked = held.value?.screen?.step ?? ''
      return shown((key) => call('POST', one(journey, '/answers'), { step: asked, values }, idempotent(key)))
    },
    back: step('/back'),
    retry: step('/retry'),
    cancel: step('/cancel'),
    withdraw: step('/withdraw'),
    handOver: () => {
      const journey = current.value
      return send(() => call<Handover>('POST', one(journey, '/code'), {}))
    },
    dismiss: () => { refusal.value = null },
    leave: async () => {
      const view = held.value
      const leaving = leavingOf(view)
      run.forget()
      if (!view) return
      // Nobody waits for the answer any more; what is not ended here runs out on the server.
      const ended = leaving === 'finish'
        ? call('POST', one(view.journey, '/answers'), { step: view.screen?.step, values: {} }, idempotent())
        : leaving === 'cancel' ? call('POST', one(view.journey, '/cancel'), {}, idempotent()) : Promise.resolve()
      await ended.catch(() => undefined)
    },
    forget: () => {
      held.value = null
      refusal.value = null
    },
  }
  // What the customer said yes to is begun as soon as this is over; the server knows who they are for a minute.
  let followed = ''
  watch([held, busy], ([view, isBusy]) => {
    if (isBusy || !view?.next || view.status !== 'done' || followed === view.journey) return
    followed = view.journey
    void run.begin(view.next.scenario, { after: view.journey })
  })
  return run
}
