/** Names that come from the server in both languages, said in the one of the person at the screen. */
import { usePreferences } from './usePreferences'

/** As the server sends it; English falls back to Chinese. */
export interface Text {
  zh: string
  en?: string
}

/** `say(service.name)`: follows the language when it changes. */
export function useText(): (text: Text | null | undefined) => string {
  const preferences = usePreferences()
  return (text) => {
    if (!text) return ''
    return preferences.values.value.language === 'en' && text.en ? text.en : text.zh
  }
}
