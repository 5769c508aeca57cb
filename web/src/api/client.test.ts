import { createServer, type IncomingMessage, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { api, call, configureClient, idempotent } from './client'
import { ApiError } from './error'

let server: Server
let seen: IncomingMessage[]
let answer: { status: number; body: string }
const onUnauthenticated = vi.fn()

const refusalOf = async (work: Promise<unknown>): Promise<ApiError> => {
  const cause: unknown = await work.then(() => null, (error: unknown) => error)
  expect(cause).toBeInstanceOf(ApiError)
  return cause as ApiError
}
const url = (path: string): string => `http://127.0.0.1:${String((server.address() as AddressInfo).port)}${path}`

beforeEach(async () => {
  seen = []
  answer = { status: 200, body: '{"ok":true}' }
  onUnauthenticated.mockReset()
  server = createServer((request, response) => {
    seen.push(request)
    response.writeHead(answer.status, { 'Content-Type': 'application/json' }).end(answer.body)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  configureClient({
    surface: () => 'pad',
    language: () => 'en',
    words: () => ({ linkLost: 'no answer', badAnswer: 'unreadable' }),
    onUnauthenticated,
  })
})
afterEach(() => new Promise((resolve) => server.close(resolve)))

describe('client', () => {
  it('names the language always, and itself where something changes', async () => {
    await call('GET', url('/api/hall'))
    await call('POST', url('/api/tickets'), { service: 's' }, idempotent('k1'))
    expect(seen[0]?.headers['accept-language']).toBe('en')
    expect(seen[0]?.headers['x-tingtang-surface']).toBe('pad')
    expect(seen[0]?.headers['x-tingtang']).toBeUndefined()
    expect(seen[1]?.headers).toMatchObject({
      'x-tingtang': '1',
      'idempotency-key': 'k1',
      'content-type': 'application/json',
    })
  })

  it('turns a refusal into its code, words and particulars', async () => {
    answer = {
      status: 409,
      body: '{"error":{"code":"ticket_finished","message":"This ticket is finished","params":{"number":"A001"}}}',
    }
    expect(await refusalOf(call('POST', url('/api/tickets/1/call')))).toMatchObject({
      code: 'ticket_finished',
      message: 'This ticket is finished',
      status: 409,
      params: { number: 'A001' },
      isTransient: false,
    })
  })

  it('throws the same from the typed client', async () => {
    answer = { status: 403, body: '{"error":{"code":"not_permitted","message":"no"}}' }
    const get = api.GET as unknown as (path: string, options: object) => Promise<unknown>
    expect((await refusalOf(get('/api/x', { baseUrl: url('') }))).code).toBe('not_permitted')
  })

  it('says in our words what a stranger answered, and that nobody answered', async () => {
    answer = { status: 502, body: '<html>Bad gateway</html>' }
    expect(await refusalOf(call('GET', url('/api/hall')))).toMatchObject({
      code: 'bad_answer',
      message: 'unreadable',
      isTransient: true,
    })
    const nobody = refusalOf(call('GET', 'http://127.0.0.1:1/api/hall'))
    expect(await nobody).toMatchObject({ code: 'link_lost', message: 'no answer', status: 0, isTransient: true })
  })

  it('goes to sign-in when the server does not know us, but not from the sign-in form', async () => {
    answer = { status: 401, body: '{"error":{"code":"signed_out","message":"Sign in"}}' }
    await refusalOf(call('GET', url('/api/hall')))
    expect(onUnauthenticated).toHaveBeenCalledTimes(1)
    await refusalOf(call('POST', url('/api/session'), {}))
    expect(onUnauthenticated).toHaveBeenCalledTimes(1)
    await refusalOf(call('GET', url('/api/session')))
    expect(onUnauthenticated).toHaveBeenCalledTimes(2)
  })
})
