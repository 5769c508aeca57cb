/**
 * What the person at this screen prefers: language, large type, contrast, light or dark. Kept per surface on
 * this device; a shared screen (kiosk, board) forgets with {@link Preferences.reset} when a person leaves.
 */
import { readonly, ref, watchEffect, type Ref } from 'vue'
import { LANGUAGES, type Language } from '@/words/define'

export type Theme = 'light' | 'dark'

export interface PreferenceValues {
  language: Language
  largeType: boolean
  highContrast: boolean
  theme: Theme
}

export interface Preferences {
  values: Readonly<Ref<Readonly<PreferenceValues>>>
  set(changes: Partial<PreferenceValues>): void
  /** Back to what the surface starts with. */
  reset(): void
}

let preferences: Preferences | undefined

const storageKey = (surface: string): string => `tingtang.preferences.${surface}`

function read(surface: string): Partial<PreferenceValues> {
  try {
    const stored: unknown = JSON.parse(localStorage.getItem(storageKey(surface)) ?? '{}')
    return valid(typeof stored === 'object' && stored !== null ? stored : {})
  } catch {
    return {}
  }
}

/** Keeps only what is a preference with a value we know; the rest may be of another version or hand-made. */
export function valid(stored: object): Partial<PreferenceValues> {
  const given = stored as Record<string, unknown>
  const values: Partial<PreferenceValues> = {}
  const language = LANGUAGES.find((known) => known === given['language'])
  if (language) values.language = language
  if (typeof given['largeType'] === 'boolean') values.largeType = given['largeType']
  if (typeof given['highContrast'] === 'boolean') values.highContrast = given['highContrast']
  if (given['theme'] === 'light' || given['theme'] === 'dark') values.theme = given['theme']
  return values
}

/** `?lang=en&theme=dark&type=large&contrast=high` in the address: a screen set up once by its link. */
export function fromAddress(search: string): Partial<PreferenceValues> {
  const query = new URLSearchParams(search)
  return valid({
    language: query.get('lang'),
    theme: query.get('theme'),
    ...(query.has('type') ? { largeType: query.get('type') === 'large' } : {}),
    ...(query.has('contrast') ? { highContrast: query.get('contrast') === 'high' } : {}),
  })
}

/** Sets up the page's preferences; called once, by startSurface. */
export function definePreferences(surface: string, initial: Partial<PreferenceValues> = {}): Preferences {
  const start: PreferenceValues = {
    language: 'zh-CN',
    largeType: false,
    highContrast: matchMedia('(prefers-contrast: more)').matches,
    theme: 'light',
    ...initial,
  }
  const values = ref<PreferenceValues>({ ...start, ...read(surface), ...fromAddress(location.search) })

  watchEffect(() => {
    const { language, largeType, highContrast, theme } = values.value
    const root = document.documentElement
    root.lang = language
    root.dataset['surface'] = surface
    root.dataset['theme'] = theme
    root.dataset['type'] = largeType ? 'large' : 'normal'
    root.dataset['contrast'] = highContrast ? 'high' : 'normal'
  }, { flush: 'sync' })

  const store = (): void => {
    try {
      localStorage.setItem(storageKey(surface), JSON.stringify(values.value))
    } catch {
      // A terminal may forbid storage; the choice then lasts as long as the page.
    }
  }
  preferences = {
    values: readonly(values),
    set: (changes) => {
      values.value = { ...values.value, ...changes }
      store()
    },
    reset: () => {
      values.value = { ...start, ...fromAddress(location.search) }
      store()
    },
  }
  return preferences
}

export function usePreferences(): Preferences {
  if (!preferences) throw new Error('usePreferences before startSurface')
  return preferences
}
