/**
 * Where each page lives. A surface is a folder `src/surfaces/<name>` with an `index.html`; the build
 * writes it to `dist/<name>/index.html`, and a server answers every path below the surface's own path
 * with that page (history routing).
 */
export const SURFACES = [
  'portal',
  'kiosk',
  'pad',
  'counter',
  'board',
  'phone',
  'centre',
  'office',
  'signin',
  'gallery',
] as const

export type Surface = (typeof SURFACES)[number]

/** The page that answers `path`, or undefined where `path` belongs to no surface (a file, the API). */
export function surfaceOf(path: string): Surface | undefined {
  const parts = (path.split('?')[0] ?? '').split('/')
  const first = parts[1] ?? ''
  if (parts.at(-1)?.includes('.')) return undefined
  if (first === '') return 'portal'
  return SURFACES.find((name) => name === first && name !== 'portal')
}
