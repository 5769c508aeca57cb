/**
 * The one door to the server: nothing else in this application calls `fetch`.
 *
 *     const hall = await api.GET('/api/branches/{branch}/hall', { params: { path: { branch } } })
 *     await api.POST('/api/tickets', { body, headers: idempotent() })
 *
 * A refusal is thrown as an {@link ApiError} whose message may be shown as it is.
 */
import createClient from 'openapi-fetch'
import { ApiError, errorFrom } from './error'
import type { paths } from './schema'

const SAFE_METHODS = new Set(['GET', 'HEAD', 'OPTIONS'])

/** The longest a person is left waiting for an answer, in milliseconds. */
const ANSWER_TIME_MAX_MS = 20_000

/** What the client must know of the page it runs on; {@link configureClient} sets it. */
export interface ClientContext {
  /** The surface on whose behalf the page asks: one browser may hold a kiosk, a counter and a board at once. */
  surface: () => string
  /** The language of the person at the screen, as a BCP 47 tag. */
  language: () => string
  /** The words for a lost link and for an answer nobody understands. */
  words: () => { linkLost: string; badAnswer: string }
  /** Called when the server does not know who is asking. */
  onUnauthenticated: () => void
}

let context: ClientContext = {
  surface: () => '',
  language: () => 'zh-CN',
  words: () => ({ linkLost: 'link_lost', badAnswer: 'bad_answer' }),
  onUnauthenticated: () => undefined,
}

export function configureClient(next: ClientContext): void {
  context = next
}

/** A key for a call that must happen once: a retry with the same key gets the first answer. */
export function newIdempotencyKey(): string {
  // randomUUID exists only on HTTPS and localhost; a hall's screens may be on plain HTTP.
  if (typeof crypto.randomUUID === 'function') return crypto.randomUUID()
  const bytes = crypto.getRandomValues(new Uint8Array(16))
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
}

export function idempotent(key: string = newIdempotencyKey()): { 'Idempotency-Key': string } {
  return { 'Idempotency-Key': key }
}

/** Sends a request as this page's caller; throws {@link ApiError} for a refusal and for a lost link. */
async function send(request: Request): Promise<Response> {
  const headers = new Headers(request.headers)
  headers.set('Accept-Language', context.language())
  const surface = context.surface()
  if (surface !== '') headers.set('X-Tingtang-Surface', surface)
  if (!SAFE_METHODS.has(request.method)) headers.set('X-Tingtang', '1')

  const tooLate = AbortSignal.timeout(ANSWER_TIME_MAX_MS)
  let response: Response
  try {
    response = await fetch(
      new Request(request, { headers, credentials: 'same-origin', signal: AbortSignal.any([request.signal, tooLate]) }),
    )
  } catch (cause) {
    if (request.signal.aborted) throw cause
    throw new ApiError('link_lost', context.words().linkLost, 0)
  }
  if (response.ok) return response

  const error = await errorFrom(response, context.words().badAnswer)
  // Signing in answers 401 too, with a code of its own; that is the form's to show.
  if (error.status === 401 && !isSignIn(request)) context.onUnauthenticated()
  throw error
}

function isSignIn(request: Request): boolean {
  const { pathname } = new URL(request.url)
  // So does a second person who says yes at somebody else's screen.
  const isSecondPerson = /^\/api\/journeys\/[^/]+\/authorise$/.test(pathname)
  return request.method === 'POST' && (pathname.startsWith('/api/session') || pathname === '/api/terminals/enrol' || isSecondPerson)
}

const pageOrigin = (): string => (typeof location === 'undefined' ? 'http://localhost' : location.origin)

/** The typed client: paths, bodies and answers as the server's OpenAPI document declares them. */
export const api = createClient<paths>({ baseUrl: pageOrigin(), fetch: send })

/** A call whose path is only known at run time (an action from the outbox, a link in an answer). */
export async function call<Answer = unknown>(
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE',
  path: string,
  body?: unknown,
  headers: Record<string, string> = {},
): Promise<Answer> {
  const response = await send(
    new Request(new URL(path, pageOrigin()), {
      method,
      headers: body === undefined ? headers : { 'Content-Type': 'application/json', ...headers },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    }),
  )
  const text = await response.text()
  if (text === '') return undefined as Answer
  try {
    return JSON.parse(text) as Answer
  } catch {
    throw new ApiError('bad_answer', context.words().badAnswer, response.status)
  }
}
