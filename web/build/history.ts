import type { Connect, Plugin } from 'vite'
import { surfaceOf } from './surfaces.ts'

/** Answers every page path with its surface's own page, as the production server does. */
export function surfaceHistory(): Plugin {
  const rewrite: Connect.NextHandleFunction = (request, _response, next) => {
    const url = request.url ?? '/'
    const surface = surfaceOf(url)
    if (request.method === 'GET' && surface) request.url = `/${surface}/index.html`
    next()
  }
  return {
    name: 'tingtang-surface-history',
    configureServer: (server) => void server.middlewares.use(rewrite),
    configurePreviewServer: (server) => void server.middlewares.use(rewrite),
  }
}
