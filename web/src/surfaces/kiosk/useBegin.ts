import { usePreferences } from '@/kit/composables/usePreferences'
import { useKiosk } from './kiosk'

/** Somebody has come: the first page, in the language they chose where they chose one. */
export function useBegin(): (language?: 'zh-CN' | 'en') => void {
  const kiosk = useKiosk()
  const preferences = usePreferences()
  return (language) => {
    if (language) preferences.set({ language })
    kiosk.home()
  }
}
