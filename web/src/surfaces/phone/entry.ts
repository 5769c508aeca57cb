/** The ways into the phone's page, and what it remembers of the last one. */
export type Entry = { kind: 'link'; code: string } | { kind: 'door'; code: string } | { kind: 'pickup'; code: string } | { kind: 'page'; branch: string }
/** What a link can be about. */
export const FOLLOWED = ['ticket', 'booking', 'complaint', 'journey'] as const
export type Followed = (typeof FOLLOWED)[number]
export type Follows = Followed | 'gone'

/** `/phone/t#token`, `/phone/j#token`, `/phone/p#code`, `/phone/door#code` or `/phone/?branch=…`. A code is in the fragment: no server log holds it. */
export function entryOf(at: { pathname: string; hash: string; search: string }): Entry {
  const code = at.hash.replace(/^#/, '')
  const last = at.pathname.replace(/\/+$/, '').split('/').at(-1)
  if (code !== '' && (last === 't' || last === 'j')) return { kind: 'link', code }
  if (/^\d{6}$/.test(code) && last === 'p') return { kind: 'pickup', code }
  if (code !== '' && last === 'door') return { kind: 'door', code }
  return { kind: 'page', branch: new URLSearchParams(at.search).get('branch') ?? '' }
}

/** The branch's page in the same look: language and type that came with the address stay. */
export function branchPage(search: string, branch: string): string {
  const query = new URLSearchParams(search)
  if (branch) query.set('branch', branch)
  const rest = query.toString()
  return `/phone/${rest ? `?${rest}` : ''}`
}

/** Business begun on this phone while it follows something else: its id, to come back to it. */
const BUSINESS = 'tingtang.phone.journey'

export function keepJourney(journey: string): void {
  try {
    if (journey) localStorage.setItem(BUSINESS, journey)
    else localStorage.removeItem(BUSINESS)
  } catch {
    // Without storage it is found again by its code.
  }
}

export function keptJourney(): string {
  try {
    return localStorage.getItem(BUSINESS) ?? ''
  } catch {
    return ''
  }
}

export interface Kept {
  branch: string
  subject: string
  follows: Followed
}
const NAME = 'tingtang.phone.follows'

export function keep(what: Kept | null): void {
  try {
    if (what) localStorage.setItem(NAME, JSON.stringify(what))
    else localStorage.removeItem(NAME)
  } catch {
    // Without storage the page works while it is open.
  }
}

export function kept(): Kept | null {
  try {
    const found = JSON.parse(localStorage.getItem(NAME) ?? 'null') as Partial<Kept> | null
    return found?.branch && found.subject && FOLLOWED.some((each) => each === found.follows) ? (found as Kept) : null
  } catch {
    return null
  }
}

/** The token of a link, whether the server gave the bare token or the whole address. */
export const tokenOf = (link: string): string => link.slice(link.indexOf('#') + 1)
