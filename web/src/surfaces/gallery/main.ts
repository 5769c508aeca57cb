import { startSurface } from '@/kit/start'
import devices from '@/words/devices'
import faults from '@/words/faults'
import words from '@/words/gallery'
import hall from '@/words/hall'
import visitor from '@/words/visitor'
import App from './App.vue'

const scale = new URLSearchParams(location.search).get('as') ?? 'gallery'

// The gallery may wear any surface's sizes: /gallery?as=kiosk.
startSurface({ surface: 'gallery', scale, app: App, words: { devices, faults, gallery: words, hall, visitor }, needsSignIn: false })
document.documentElement.classList.add('is-gallery')

// ?pack=harbour shows that a theme pack changes every component by its variables alone.
const pack = new URLSearchParams(location.search).get('pack')
if (pack && /^[a-z]+$/.test(pack)) {
  const link = document.createElement('link')
  link.rel = 'stylesheet'
  link.href = `/themes/${pack}.css`
  document.head.append(link)
}
