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

/**
 * The surface that `page` belongs to, as its first part; none for the start page. The customer's side of a
 * counter is one of its own: it may stand in the teller's own browser. So are the screens beside a locker and a
 * dispenser.
 */
export function surfaceOfPage(page: string): string {
  const [, surface = '', inside = ''] = page.split(/[/?#]/)
  if (surface === 'counter' && inside === 'customer') return 'counter-customer'
  return surface === 'kiosk' && (inside === 'locker' || inside === 'dispenser') ? `kiosk-${inside}` : surface
}
