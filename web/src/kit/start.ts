/** How every surface starts: look, words, preferences, API client, then its own app. */
import './index.css'
import { createPinia } from 'pinia'
import { createApp, watch, type Component } from 'vue'
import { createRouter, createWebHistory, type RouteRecordRaw, type Router } from 'vue-router'
import { configureClient } from '@/api/client'
import { signOut } from '@/api/session'
import { configureLive, forgetKept } from '@/live/useLive'
import { makeWords, writeTimesIn } from '@/words'
import type { WordFile } from '@/words/define'
import { followHallClock } from './hallClock'
import { definePreferences, type PreferenceValues } from './composables/usePreferences'

export interface SurfaceOptions {
  /** The surface's name: its folder, its path and its `data-surface`. */
  surface: string
  app: Component
  /** The surface's own words, by the name their keys begin with: `{ kiosk }`. */
  words?: Record<string, WordFile>
  /** Pages within the surface, relative to its path; none for a surface of one page. */
  routes?: RouteRecordRaw[]
  preferences?: Partial<PreferenceValues>
  /** Where the size roles come from, when not from the surface of that name. */
  scale?: string
  /** Whose session is used, when not this surface's own: sign-in opens one for the page it leads to. */
  actsFor?: string
  /** The person must be known to the server; the sign-in page comes first where they are not. */
  needsSignIn?: boolean
}

export interface StartedSurface {
  router: Router
}

export function startSurface(options: SurfaceOptions): StartedSurface {
  const { surface } = options
  const preferences = definePreferences(options.scale ?? surface, options.preferences)
  const words = makeWords(preferences.values.value.language, options.words)
  const { t } = words.global
  watch(
    () => preferences.values.value.language,
    (language) => {
      words.global.locale.value = language
    },
  )

  const signInFirst = (): void => {
    if (options.needsSignIn ?? true) goToSignIn()
  }
  const actsFor = options.actsFor ?? surface
  configureClient({
    surface: () => actsFor,
    language: () => preferences.values.value.language,
    words: () => ({ linkLost: t('common.link.silent'), badAnswer: t('common.link.badAnswer') }),
    onUnauthenticated: signInFirst,
  })
  configureLive({ surface: actsFor, onSessionOver: signInFirst })
  followHallClock((timeZone) => {
    writeTimesIn(words, timeZone)
  })

  const router = createRouter({
    history: createWebHistory(surface === 'portal' ? '/' : `/${surface}`),
    routes: options.routes ?? [{ path: '/:rest(.*)*', component: options.app }],
  })
  createApp(options.app).use(createPinia()).use(words).use(router).mount('#app')
  return { router }
}

/** Leaves for the sign-in page, which comes back here afterwards. */
export function goToSignIn(): void {
  const here = location.pathname + location.search
  location.assign(`/signin?next=${encodeURIComponent(here)}`)
}

/** Ends the session, and takes what this device kept of it along. */
export async function signOutHere(): Promise<void> {
  // Without a link the session runs out by itself; what lies on the device must go now.
  await signOut().catch(() => undefined)
  await forgetKept()
  goToSignIn()
}
