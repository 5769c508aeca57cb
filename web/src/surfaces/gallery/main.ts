import { startSurface } from '@/kit/start'
import words from '@/words/gallery'
import App from './App.vue'

const scale = new URLSearchParams(location.search).get('as') ?? 'gallery'

// The gallery may wear any surface's sizes: /gallery?as=kiosk.
startSurface({ surface: 'gallery', scale, app: App, words: { gallery: words }, needsSignIn: false })
document.documentElement.classList.add('is-gallery')
