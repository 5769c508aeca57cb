/**
 * Who is at this screen, for a page that cannot do without. Kept on the device, so that a page which opens
 * without a link still knows; signing out forgets it with the kept views.
 */
import { computed, shallowRef, type ComputedRef, type ShallowRef } from 'vue'
import { ApiError } from '@/api/error'
import { whoAmI, type Session } from '@/api/session'
import { openStore } from '../storage'

export interface KnownSession {
  session: Readonly<ShallowRef<Session | null>>
  /** Why it is not known. */
  error: Readonly<ShallowRef<unknown>>
  /** The branch of this page: its own in the address (`?branch=`), or the caller's. */
  branch: ComputedRef<string>
  may: (permission: string) => boolean
  load: () => Promise<void>
}

const kept = openStore<Session>('live')

export function useSession(surface: string): KnownSession {
  const session = shallowRef<Session | null>(null)
  const error = shallowRef<unknown>(null)
  const name = `session\n${surface}`
  const wanted = new URLSearchParams(location.search).get('branch') ?? ''

  async function load(): Promise<void> {
    error.value = null
    try {
      session.value = await whoAmI()
      await kept.set(name, session.value)
    } catch (cause) {
      if (cause instanceof ApiError && cause.isTransient) session.value = await kept.get(name)
      // For one who is not signed in the client has already left for the sign-in page.
      if (!session.value) error.value = cause
    }
  }
  void load()
  return {
    session,
    error,
    branch: computed(() => (session.value ? wanted || (session.value.branch ?? '') : '')),
    may: (permission) => session.value?.permissions?.includes(permission) ?? false,
    load,
  }
}
