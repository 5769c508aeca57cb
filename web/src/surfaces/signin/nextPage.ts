/**
 * Where to go after signing in: the page in `?next=`, if it is one of this house. An address elsewhere, or one
 * that a browser would read as elsewhere (`//host`, `/\host`), leads to the start page instead.
 */
export function nextPage(search: string, origin: string): string {
  const wanted = new URLSearchParams(search).get('next') ?? '/'
  if (!wanted.startsWith('/')) return '/'
  const url = new URL(wanted, origin)
  if (url.origin !== origin || url.pathname.startsWith('/signin')) return '/'
  return url.pathname + url.search + url.hash
}

/** The surface that `page` belongs to, as its first part; none for the start page. */
export const surfaceOfPage = (page: string): string => page.split(/[/?#]/)[1] ?? ''
