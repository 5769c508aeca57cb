/** What all pages of the kiosk share: the branch, where the machine stands, which page is open, the voice. */
import { computed, inject, onScopeDispose, provide, ref, shallowRef, watch, type ComputedRef, type InjectionKey, type Ref, type ShallowRef } from 'vue'
import { call as send, idempotent, newIdempotencyKey } from '@/api/client'
import type { FloorPlan, Point } from '@/kit/floor'
import { usePreferences } from '@/kit/composables/usePreferences'
import { useFetched, type Fetched } from '@/kit/composables/useFetched'
import { useSession, type KnownSession } from '@/kit/composables/useSession'
import { useSpeech } from '@/kit/composables/useSpeech'
import { useText } from '@/kit/composables/useText'
import { drawnPlan, flipped, standingOf, type Standing } from '@/kit/visitor/plan'
import type { Guide, IssuedTicket, PrinterHere, ServedPlan } from '@/kit/visitor/types'
import { useOpening, type Doors } from '@/kit/visitor/useOpening'
import type { BoardView } from '@/live/hall'
import { stageOf } from '@/journeys/stage'
import type { MenuEntry } from '@/journeys/types'
import { useJourney, type JourneyRun } from '@/journeys/useJourney'
import { useLive, type Live } from '@/live/useLive'
import type { ItemScreen } from './items/itemScreen'
import { ALL_THERE, type DeviceHere } from './machine'
import { shownBy, type Shown } from './shown'

export type Page =
  | { name: 'greeting' }
  | { name: 'home' }
  | { name: 'search' }
  | { name: 'service'; service: string }
  | { name: 'ticket'; services?: readonly string[] }
  | { name: 'receipt'; ticket: IssuedTicket; seat?: string; late?: boolean }
  | { name: 'booking'; service?: string }
  | { name: 'checkin'; qr?: string }
  | { name: 'guide'; zone?: string }
  | { name: 'howto' }
  | { name: 'business'; wanted?: string }
  | { name: 'journey' }
  | { name: 'take' }

export interface Kiosk {
  known: KnownSession
  branch: ComputedRef<string>
  guide: Fetched<Guide>
  plan: Fetched<ServedPlan>
  drawn: ComputedRef<FloorPlan | null>
  stands: ComputedRef<Standing | undefined>
  here: ComputedRef<{ floor: string; at: Point } | undefined>
  board: Live<BoardView>
  /** What became of this machine's call for the lobby manager. */
  call: Live<CallView>
  doors: Doors
  /** What this machine cannot do now; all is possible where nothing is known of it. */
  machine: ComputedRef<DeviceHere>
  /** The locker or dispenser that this screen stands beside, where it does. */
  items: Live<ItemScreen>
  printer: Fetched<PrinterHere>
  /** The one piece of business under way at this machine. */
  journey: JourneyRun
  /** What can be done at this machine by oneself. */
  business: Fetched<{ entries: MenuEntry[] }>
  /** Counts how often somebody wished to go home from within business: it is asked before it is left. */
  leaveAsked: Ref<number>
  /** Tickets can be taken now; unknown counts as yes, for the server has the last word. */
  takes: ComputedRef<boolean>
  page: Readonly<ShallowRef<Page>>
  go: (page: Page) => void
  back: () => void
  home: () => void
  /** Ends this person's visit to the machine: nothing of it stays. */
  clear: () => void
  voice: Ref<boolean>
  speak: (text: string) => void
  callManager: (reason?: string) => Promise<void>
  path: (rest: string) => string
  /** What a reader read goes to the page that asked last, while it is open. */
  onShown: (take: (shown: Shown) => void) => void
  /** Gives what a reader read to that page. */
  show: (read: string) => void
  /** Where one waits: the waiting area of this floor, or the rooms for those who are received there. */
  seat: (inRoom?: boolean) => { seat?: string }
}

/** `hall.call`: what became of one's own call. Times are 0 and words empty where there is nothing to say. */
export interface CallView {
  task: string
  state?: 'offered' | 'unanswered' | 'accepted' | 'done' | 'cancelled'
  raised_ms: number
  accepted_ms: number
  closed_ms: number
  /** Who comes, masked as customers may see it. */
  name: string
}

const KEY: InjectionKey<Kiosk> = Symbol('kiosk')

export function useKiosk(): Kiosk {
  const kiosk = inject(KEY)
  if (!kiosk) throw new Error('useKiosk outside the kiosk')
  return kiosk
}

export function provideKiosk(): Kiosk {
  const known = useSession('kiosk')
  const say = useText()
  const speech = useSpeech()
  const preferences = usePreferences()
  const address = new URLSearchParams(location.search)
  const path = (rest: string): string => `/api/branches/${encodeURIComponent(known.branch.value)}/${rest}`
  const whenKnown = (rest: string) => () => (known.branch.value ? path(rest) : '')
  const guide = useFetched<Guide>(whenKnown('guide'))
  const plan = useFetched<ServedPlan>(whenKnown('plan'))
  const board = useLive<BoardView>('hall.board', () => known.branch.value)
  const call = useLive<CallView>('hall.call', () => (known.branch.value && known.session.value?.id ? `${known.branch.value}/terminal:${known.session.value.id}` : ''))
  const ownMachine = useLive<DeviceHere>('devices.here', () => (known.branch.value && known.session.value?.id ? `${known.branch.value}/${known.session.value.id}` : ''))
  const items = useLive<ItemScreen>('delivery.here', () => (known.branch.value && known.session.value?.id ? `${known.branch.value}/${known.session.value.id}` : ''), { persist: true })
  const printer = useFetched<PrinterHere>(whenKnown('printer'))
  const doors = useOpening(whenKnown('openings'), () => guide.data.value?.branch.time_zone ?? 'UTC')
  const journey = useJourney(() => known.branch.value, () => known.session.value)
  const business = useFetched<{ entries: MenuEntry[] }>(() => (known.may('journey.run') ? whenKnown('scenarios')() : ''))
  // What the machine lacks changes what it offers.
  watch(ownMachine.data, (_now, before) => { if (before) void business.retry() })
  const leaveAsked = ref(0)
  const takers: ((shown: Shown) => void)[] = []
  const page = shallowRef<Page>({ name: 'greeting' })
  let trail: Page[] = []
  const voice = ref(address.get('voice') === 'on')

  const stands = computed(() =>
    plan.data.value && guide.data.value ? standingOf(plan.data.value, guide.data.value.zones, address.get('kiosk') ?? '') : undefined,
  )
  const kiosk: Kiosk = {
    known,
    branch: known.branch,
    guide,
    plan,
    drawn: computed(() =>
      plan.data.value && guide.data.value ? drawnPlan(plan.data.value, guide.data.value.zones, say(guide.data.value.branch.name), say) : null,
    ),
    stands,
    here: computed(() =>
      plan.data.value && stands.value ? { floor: String(stands.value.floor), at: flipped(plan.data.value, [stands.value.x, stands.value.y]) } : undefined,
    ),
    board,
    call,
    doors,
    machine: computed(() => ownMachine.data.value ?? ALL_THERE),
    items,
    printer,
    journey,
    business,
    leaveAsked,
    takes: computed(() => board.data.value === null || (board.data.value.open && board.data.value.taking)),
    page,
    go: (next) => {
      trail.push(page.value)
      page.value = next
    },
    back: () => {
      page.value = trail.pop() ?? { name: 'home' }
      if (page.value.name === 'greeting') page.value = { name: 'home' }
    },
    home: () => {
      const under = journey.view.value
      if (page.value.name === 'journey' && under && !['over', 'elsewhere'].includes(stageOf(under, false))) {
        leaveAsked.value += 1
        return
      }
      journey.forget()
      trail = []
      page.value = { name: 'home' }
    },
    clear: () => {
      void journey.leave()
      trail = []
      page.value = { name: 'greeting' }
      voice.value = address.get('voice') === 'on'
      speech.stop()
      preferences.reset()
    },
    voice,
    speak: (text) => {
      if (!voice.value || text === '') return
      speech.stop()
      speech.announce([{ language: preferences.values.value.language, text }])
    },
    callManager: async (reason = '') => {
      await send('POST', path('calls'), { zone: stands.value?.zone ?? '', reason }, idempotent(newIdempotencyKey()))
    },
    path,
    onShown: (take) => {
      takers.push(take)
      onScopeDispose(() => { takers.splice(takers.indexOf(take), 1) })
    },
    show: (read) => { takers.at(-1)?.(shownBy(read)) },
    seat: (inRoom = false) => {
      const zones = (guide.data.value?.zones ?? []).filter(({ kind }) => kind === (inRoom ? 'wealth' : 'waiting'))
      const zone = zones.find(({ floor }) => floor === stands.value?.floor) ?? zones[0]
      return zone ? { seat: zone.id } : {}
    },
  }
  provide(KEY, kiosk)
  return kiosk
}
