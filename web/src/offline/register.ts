/** Makes a surface open without a link. Needs HTTPS or localhost; elsewhere it stays an ordinary page. */
export function registerOffline(surface: 'pad' | 'phone'): void {
  if (!import.meta.env.PROD || !('serviceWorker' in navigator)) return
  // Without a service worker the page works as before, only not without a link.
  navigator.serviceWorker.register('/sw.js', { scope: `/${surface}` }).catch(() => undefined)
}
