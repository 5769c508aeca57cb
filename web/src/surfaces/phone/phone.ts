/** How a phone comes in, and what it follows: a ticket, a booking, or nothing yet. */
import { inject, provide, ref, shallowRef, type InjectionKey, type Ref, type ShallowRef } from 'vue'
import { call } from '@/api/client'
import { ApiError } from '@/api/error'
import { whoIsHere, type Session } from '@/api/session'
import { useFetched, type Fetched } from '@/kit/composables/useFetched'
import type { Guide } from '@/kit/visitor/types'
import { useJourney, type JourneyRun } from '@/journeys/useJourney'
import { forgetKept } from '@/live/useLive'
import { branchPage, entryOf, FOLLOWED, keep, kept, type Follows } from './entry'

export type Page = 'opening' | 'home' | 'take' | 'book' | 'ticket' | 'booking' | 'complaint' | 'journey' | 'business' | 'gone' | 'pickup' | 'closedDoor' | 'failed'

export interface Phone {
  page: Ref<Page>
  session: Readonly<ShallowRef<Session | null>>
  branch: Ref<string>
  subject: Ref<string>
  error: ShallowRef<unknown>
  guide: Fetched<Guide>
  /** Business on this phone. */
  run: JourneyRun
  path: (rest: string) => string
  may: (permission: string) => boolean
  enter: () => Promise<void>
  /** Follows a new ticket or booking from here on, by the token of its link. */
  follow: (token: string) => Promise<void>
  /** Leaves what was followed and begins anew at the branch's public page. */
  begin: () => Promise<void>
}

const KEY: InjectionKey<Phone> = Symbol('phone')
export function usePhone(): Phone {
  const phone = inject(KEY)
  if (!phone) throw new Error('usePhone outside the phone')
  return phone
}

/** The address without the token: it must be in no history and on no screenshot. */
function hideToken(branch: string): void {
  history.replaceState(history.state, '', branchPage(location.search, branch))
}

const isMissing = (cause: unknown): boolean => cause instanceof ApiError && (cause.status === 404 || cause.status === 409)

export function providePhone(): Phone {
  const page = ref<Page>('opening')
  const session = shallowRef<Session | null>(null)
  const branch = ref('')
  const subject = ref('')
  const error = shallowRef<unknown>(null)
  const path = (rest: string): string => `/api/branches/${encodeURIComponent(branch.value)}/${rest}`
  const guide = useFetched<Guide>(() => (session.value && branch.value ? path('guide') : ''))

  /** What the link is about: a ticket of today, a booking that is still to come, or a complaint. */
  async function find(): Promise<Follows> {
    for (const follows of FOLLOWED) {
      try {
        await call('GET', follows === 'journey' ? `/api/journeys/${encodeURIComponent(subject.value)}` : path(`${follows}s/${subject.value}`))
        return follows
      } catch (cause) {
        if (!isMissing(cause)) throw cause
      }
    }
    return 'gone'
  }

  async function open(): Promise<Session | null> {
    const entry = entryOf(location)
    if (entry.kind === 'pickup') return null
    if (entry.kind === 'link') return call<Session>('POST', '/api/phone/link', { token: entry.code })
    if (entry.kind === 'door') return call<Session>('POST', '/api/phone/door', { code: entry.code })
    const known = await whoIsHere()
    // A ticket that is followed goes before the page of its branch.
    if (known && (known.subject || !entry.branch || known.branch === entry.branch)) return known
    return entry.branch ? call<Session>('POST', '/api/phone/open', { branch: entry.branch }) : null
  }

  async function enter(): Promise<void> {
    error.value = null
    // What is shown to a cabinet's reader needs neither a session nor a link.
    if (entryOf(location).kind === 'pickup') {
      page.value = 'pickup'
      return
    }
    page.value = 'opening'
    try {
      session.value = await open()
      if (!session.value) {
        page.value = 'closedDoor'
        return
      }
      branch.value = session.value.branch ?? ''
      subject.value = session.value.subject ?? ''
      hideToken(branch.value)
      page.value = subject.value ? await find() : 'home'
      const follows = FOLLOWED.find((each) => each === page.value)
      keep(follows ? { branch: branch.value, subject: subject.value, follows } : null)
    } catch (cause) {
      const last = kept()
      // Without a link the last known ticket is still worth seeing; the live frame says since when.
      if (cause instanceof ApiError && cause.isTransient && last && entryOf(location).kind === 'page') {
        branch.value = last.branch
        subject.value = last.subject
        page.value = last.follows
        return
      }
      error.value = cause
      page.value = 'failed'
    }
  }

  const phone: Phone = {
    page, session, branch, subject, error, guide, path, enter,
    run: useJourney(() => branch.value, () => session.value),
    may: (permission) => session.value?.permissions?.includes(permission) ?? false,
    follow: async (token) => {
      await call('POST', '/api/phone/link', { token })
      // A new identity needs a new socket: the page begins again with it.
      location.replace(branchPage(location.search, branch.value))
    },
    begin: async () => {
      await call('POST', '/api/phone/open', { branch: branch.value })
      keep(null)
      await forgetKept()
      location.replace(branchPage(location.search, branch.value))
    },
  }
  provide(KEY, phone)
  void enter()
  return phone
}
