/** Begins to hand over what is one's own: with the code typed, with the phone's QR, or with neither yet. */
import { useKiosk } from '../kiosk'
import { looksLikeJourney } from '../shown'
import { pickUpCode } from './itemScreen'

const SCENARIO = 'item_pickup'

export function usePickUp(): { begin: (code: string) => Promise<void> } {
  const kiosk = useKiosk()
  async function begin(code: string): Promise<void> {
    if (await kiosk.journey.begin(SCENARIO, code ? { given: { code } } : {})) kiosk.go({ name: 'journey' })
  }
  kiosk.onShown((shown) => {
    const code = pickUpCode(shown)
    if (code) void begin(code)
    else if (looksLikeJourney(shown)) void kiosk.journey.take(shown.value).then((isTaken) => { if (isTaken) kiosk.go({ name: 'journey' }) })
  })
  return { begin }
}
