/**
 * The service worker of the installable surfaces: their shell opens without a link. Data is not its business:
 * live views keep their own last snapshot, and the API is never answered from a cache.
 *
 * The build fills in the two names in capitals.
 */
const SHELLS = __SHELLS__
const CACHE = `tingtang-shell-${__VERSION__}`

/** A page that the network has not brought after this long is opened from the cache, in milliseconds. */
const PAGE_WAIT_MAX_MS = 3000

/** How an answer was encoded or for which page it was asked does not change what it is. */
const AS_IT_IS = { ignoreVary: true }

const shell = Object.keys(SHELLS).find((path) => new URL(self.registration.scope).pathname.startsWith(path))

self.addEventListener('install', (event) => {
  event.waitUntil(
    (async () => {
      const cache = await caches.open(CACHE)
      await cache.addAll([shell, ...SHELLS[shell]])
      await self.skipWaiting()
    })(),
  )
})

self.addEventListener('activate', (event) => {
  event.waitUntil(
    (async () => {
      for (const name of await caches.keys()) {
        if (name.startsWith('tingtang-shell-') && name !== CACHE) await caches.delete(name)
      }
      await self.clients.claim()
    })(),
  )
})

self.addEventListener('fetch', (event) => {
  const { request } = event
  if (request.method !== 'GET') return
  const url = new URL(request.url)
  if (url.origin !== location.origin) return
  if (request.mode === 'navigate') event.respondWith(page(request))
  else if (url.pathname.startsWith('/assets/')) event.respondWith(asset(request))
  else if (url.pathname === '/theme.css' || url.pathname === '/icon.svg') event.respondWith(freshOrKept(request))
})

/** The page from the network, or soon the one kept from before. */
async function page(request) {
  const cache = await caches.open(CACHE)
  const kept = await cache.match(shell, AS_IT_IS)
  const fresh = fetch(request).then((response) => {
    // A redirect to sign-in, or an error of a proxy, must not become the shell.
    if (response.ok && !response.redirected) void cache.put(shell, response.clone())
    return response
  })
  if (!kept) return fresh
  const late = new Promise((resolve) => setTimeout(() => resolve(kept.clone()), PAGE_WAIT_MAX_MS))
  return Promise.race([fresh.catch(() => kept), late])
}

/** Assets carry the hash of their content: what is kept is right for ever. */
async function asset(request) {
  const kept = await caches.match(request, AS_IT_IS)
  if (kept) return kept
  const response = await fetch(request)
  if (response.ok) {
    const cache = await caches.open(CACHE)
    void cache.put(request, response.clone())
  }
  return response
}

async function freshOrKept(request) {
  const cache = await caches.open(CACHE)
  try {
    const response = await fetch(request)
    if (response.ok) void cache.put(request, response.clone())
    return response
  } catch (cause) {
    const kept = await cache.match(request, AS_IT_IS)
    if (kept) return kept
    throw cause
  }
}
