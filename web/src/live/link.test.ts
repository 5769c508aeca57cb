import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import { startLiveServer, type LiveServer } from '@/testing/liveServer'
import { LiveLink, type Held, type LinkOptions, type LiveStatus, type Socket } from './link'
import { BACKOFF_MAX_MS, backoffMs } from './protocol'

let server: LiveServer
let link: LiveLink

beforeEach(async () => {
  server = await startLiveServer()
})
afterEach(async () => {
  link.close()
  await server.close()
})

function makeLink(options: Partial<LinkOptions> = {}): LiveLink {
  link = new LiveLink({
    open: () => new WebSocket(server.address) as unknown as Socket,
    backoff: () => 1,
    ...options,
  })
  return link
}

/** Everything a watcher was told, and a way to wait for what it is told next. */
function watcher() {
  const told: LiveStatus[] = []
  const waiting: { wanted: (status: LiveStatus) => boolean; resolve: (status: LiveStatus) => void }[] = []
  return {
    told,
    listen: (status: LiveStatus): void => {
      told.push(status)
      for (const each of waiting.splice(0)) {
        if (each.wanted(status)) each.resolve(status)
        else waiting.push(each)
      }
    },
    until: (wanted: (status: LiveStatus) => boolean): Promise<LiveStatus> =>
      new Promise((resolve) => {
        const last = told.at(-1)
        if (last && wanted(last)) resolve(last)
        else waiting.push({ wanted, resolve })
      }),
  }
}

const isLive = ({ state }: LiveStatus): boolean => state === 'live'
const BOARD = { view: 'hall.board', key: 'b1' } as const
const snapshot = { op: 'snapshot', ...BOARD, epoch: 'e1', version: 7, data: { waiting: 3, called: 'A001' } } as const

describe('LiveLink', () => {
  it('asks for a view, takes the snapshot, then the patches', async () => {
    const board = watcher()
    makeLink().watch('hall.board', 'b1', board.listen)
    expect(board.told[0]).toEqual({ state: 'loading', held: null, error: null })
    expect(await server.nextRequest()).toEqual({ op: 'watch', ...BOARD, since: null })

    server.say(snapshot)
    await board.until(isLive)
    server.say({ op: 'patch', ...BOARD, version: 8, patch: { waiting: 2, called: null } })
    const status = await board.until(({ held }) => held?.position.version === 8)
    expect(status.held?.data).toEqual({ waiting: 2 })
  })

  it('is stale when the link is cut, and resumes from where it stopped', async () => {
    const board = watcher()
    makeLink().watch('hall.board', 'b1', board.listen)
    await server.nextRequest()
    server.say(snapshot)
    await board.until(isLive)

    server.cut()
    const stale = await board.until(({ state }) => state === 'stale')
    expect(stale.held?.data).toEqual(snapshot.data)
    expect(await server.nextRequest()).toEqual({ op: 'watch', ...BOARD, since: { epoch: 'e1', version: 7 } })

    server.say({ op: 'patch', ...BOARD, version: 8, patch: { waiting: 4 } })
    const status = await board.until(({ held }) => held?.position.version === 8)
    expect(status).toMatchObject({ state: 'live', held: { data: { waiting: 4, called: 'A001' } } })
  })

  it('is live again after a resume that missed nothing, by the pong', async () => {
    const kept: Held = { position: { epoch: 'e1', version: 7 }, data: { waiting: 3 }, at_ms: 1 }
    const board = watcher()
    makeLink().watch('hall.board', 'b1', board.listen, kept)
    expect(board.told[0]).toMatchObject({ state: 'stale', held: kept })
    const status = await board.until(isLive)
    expect(status.held?.data).toEqual({ waiting: 3 })
    expect(status.held?.at_ms).toBeGreaterThan(1)
  })

  it('takes a snapshot of another epoch instead of what it held', async () => {
    const kept: Held = { position: { epoch: 'old', version: 99 }, data: { waiting: 30 }, at_ms: 1 }
    const board = watcher()
    makeLink().watch('hall.board', 'b1', board.listen, kept)
    await server.nextRequest()
    server.say(snapshot)
    const status = await board.until(({ held }) => held?.position.epoch === 'e1')
    expect(status.held?.position.version).toBe(7)
  })

  it('ignores a patch it already has', async () => {
    const board = watcher()
    makeLink().watch('hall.board', 'b1', board.listen)
    await server.nextRequest()
    server.say(snapshot)
    server.say({ op: 'patch', ...BOARD, version: 7, patch: { waiting: 99 } })
    server.say({ op: 'patch', ...BOARD, version: 8, patch: { waiting: 2 } })
    await board.until(({ held }) => held?.position.version === 8)
    const seen = board.told.map(({ held }) => (held?.data as { waiting: number } | undefined)?.waiting)
    expect(seen).not.toContain(99)
  })

  it('asks for the whole view when a patch comes without anything to lay it on', async () => {
    const board = watcher()
    makeLink().watch('hall.board', 'b1', board.listen)
    await server.nextRequest()
    server.say({ op: 'patch', ...BOARD, version: 8, patch: { waiting: 2 } })
    expect(await server.nextRequest()).toEqual({ op: 'watch', ...BOARD, since: null })
  })

  it('holds nothing of a refused view, and asks again only when told to', async () => {
    const kept: Held = { position: { epoch: 'e1', version: 7 }, data: { waiting: 3 }, at_ms: 1 }
    const board = watcher()
    makeLink().watch('hall.board', 'b1', board.listen, kept)
    await server.nextRequest()
    server.say({ op: 'refused', ...BOARD, error: { code: 'not_permitted', message: '无权查看' } })
    const status = await board.until(({ state }) => state === 'refused')
    expect(status).toMatchObject({ held: null, error: { code: 'not_permitted' } })
    link.retry()
    expect(await server.nextRequest()).toEqual({ op: 'watch', ...BOARD, since: null })
  })

  it('shares one watch among many, and ends it with the last', async () => {
    const one = watcher()
    const other = watcher()
    makeLink()
    const leaveOne = link.watch('hall.board', 'b1', one.listen)
    await server.nextRequest()
    server.say(snapshot)
    await one.until(isLive)
    const leaveOther = link.watch('hall.board', 'b1', other.listen)
    expect(other.told[0]?.state).toBe('live')
    link.watch('hall.floor', 'b1', watcher().listen)
    expect(await server.nextRequest()).toMatchObject({ op: 'watch', view: 'hall.floor' })
    leaveOne()
    leaveOther()
    leaveOther()
    expect(await server.nextRequest()).toEqual({ op: 'unwatch', ...BOARD })
    expect(server.connections()).toBe(1)
  })

  it('counts a silent server as lost and comes back on a new connection', async () => {
    server.answersPings = false
    const board = watcher()
    makeLink({ silenceMaxMs: 30 }).watch('hall.board', 'b1', board.listen)
    await server.nextRequest()
    server.say(snapshot)
    await board.until(isLive)
    await board.until(({ state }) => state === 'stale')
    expect(await server.nextRequest()).toMatchObject({ since: { epoch: 'e1', version: 7 } })
    expect(server.connections()).toBeGreaterThan(1)
  })

  it('tells when the server ends a session', async () => {
    const board = watcher()
    const over = new Promise<void>((resolve) => {
      makeLink({ onSessionOver: resolve }).watch('hall.board', 'b1', board.listen)
    })
    await server.nextRequest()
    server.say(snapshot)
    await board.until(isLive)
    server.end(4401)
    await over
    expect(board.told.at(-1)?.state).toBe('stale')
  })

  it('survives words it does not know', async () => {
    const board = watcher()
    makeLink().watch('hall.board', 'b1', board.listen)
    await server.nextRequest()
    server.say({ op: 'patch', view: 'unknown', key: '', version: 1, patch: {} })
    server.say('not an object' as never)
    server.say(snapshot)
    expect((await board.until(isLive)).held?.data).toEqual(snapshot.data)
  })

  it('waits longer after each failure to connect, and starts anew once answered', async () => {
    const attempts: number[] = []
    let refusals = 3
    makeLink({
      open: () => new WebSocket(refusals-- > 0 ? 'ws://127.0.0.1:1' : server.address) as unknown as Socket,
      backoff: (attempt) => {
        attempts.push(attempt)
        return 1
      },
    })
    const board = watcher()
    link.watch('hall.board', 'b1', board.listen)
    await server.nextRequest()
    server.say(snapshot)
    await board.until(isLive)
    server.cut()
    await board.until(({ state }) => state === 'stale')
    expect(attempts).toEqual([0, 1, 2, 0])
  })
})

describe('backoffMs', () => {
  it('doubles from half a second to ten, spread over the upper half of each span', () => {
    expect([0, 1, 2, 3].map((attempt) => backoffMs(attempt, 0))).toEqual([250, 500, 1000, 2000])
    expect([0, 1, 2, 3].map((attempt) => backoffMs(attempt, 1))).toEqual([500, 1000, 2000, 4000])
    expect(backoffMs(5, 1)).toBe(BACKOFF_MAX_MS)
    expect(backoffMs(10_000, 1)).toBe(BACKOFF_MAX_MS)
  })
})
