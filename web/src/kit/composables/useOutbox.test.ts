import { describe, expect, it } from 'vitest'
import { ApiError } from '@/api/error'
import { memoryStore } from '../storage'
import { makeOutbox, OUTBOX_MAX, type OutboxItem, type OutboxPorts } from './useOutbox'

const lost = (): ApiError => new ApiError('link_lost', '没有答复', 0)
const action = (label: string) => ({ label, method: 'POST' as const, path: '/api/tasks/1/accept' })

function ports(send: OutboxPorts['send'], store = memoryStore<OutboxItem>()) {
  let keys = 0
  let again: () => void = () => undefined
  return {
    store,
    again: (): void => { again() },
    ports: {
      store,
      send,
      now: () => 1_000 + keys,
      newKey: () => `key-${String(++keys)}`,
      later: (flush) => { again = flush },
    } satisfies OutboxPorts,
  }
}

const states = (items: readonly OutboxItem[]): string[] => items.map(({ state }) => state)

describe('outbox', () => {
  it('keeps what cannot be sent, and sends it in order with its key when the link is back', async () => {
    let isLinked = false
    const sent: string[] = []
    const world = ports((item) => {
      if (!isLinked) return Promise.reject(lost())
      sent.push(item.id)
      return Promise.resolve()
    })
    const outbox = makeOutbox(world.ports)
    await outbox.add(action('接受任务'))
    await outbox.add(action('备注'))
    await outbox.flush()
    expect(states(outbox.items.value)).toEqual(['queued', 'queued'])
    expect(outbox.waiting.value).toBe(2)

    isLinked = true
    await outbox.flush()
    expect(sent).toEqual(['key-1', 'key-2'])
    expect(states(outbox.items.value)).toEqual(['sent', 'sent'])
  })

  it('shows a refusal in its words and goes on with the next', async () => {
    const world = ports((item) =>
      item.label === '接受任务' ? Promise.reject(new ApiError('task_taken', '任务已被接受', 409)) : Promise.resolve(),
    )
    const outbox = makeOutbox(world.ports)
    await outbox.add(action('接受任务'))
    await outbox.add(action('备注'))
    await outbox.flush()
    expect(states(outbox.items.value)).toEqual(['refused', 'sent'])
    expect(outbox.items.value[0]?.refusal).toBe('任务已被接受')
  })

  it('keeps waiting through an expired session', async () => {
    const outbox = makeOutbox(ports(() => Promise.reject(new ApiError('signed_out', '请登录', 401))).ports)
    await outbox.add(action('备注'))
    await outbox.flush()
    expect(states(outbox.items.value)).toEqual(['queued'])
  })

  it('survives the page: what was on its way goes again under the same key, what was sent does not', async () => {
    const store = memoryStore<OutboxItem>()
    const base = { label: '备注', method: 'POST', path: '/x' } as const
    await store.set('a', { ...base, id: 'a', at_ms: 1, state: 'sending' })
    await store.set('b', { ...base, id: 'b', at_ms: 2, state: 'sent' })
    const sent: string[] = []
    const outbox = makeOutbox(ports((item) => Promise.resolve(sent.push(item.id)), store).ports)
    await outbox.flush()
    expect(sent).toEqual(['a'])
  })

  it('tries again later by itself', async () => {
    let isLinked = false
    const world = ports(() => (isLinked ? Promise.resolve() : Promise.reject(lost())))
    const outbox = makeOutbox(world.ports)
    await outbox.add(action('备注'))
    await outbox.flush()
    isLinked = true
    world.again()
    await outbox.flush()
    expect(states(outbox.items.value)).toEqual(['sent'])
  })

  it('does not let what waits be dismissed, and says when too much waits', async () => {
    const outbox = makeOutbox(ports(() => Promise.reject(lost())).ports)
    const first = await outbox.add(action('0'))
    await outbox.dismiss(first.id)
    expect(outbox.items.value).toHaveLength(1)
    for (let count = 1; count < OUTBOX_MAX; count += 1) await outbox.add(action(String(count)))
    await expect(outbox.add(action('one too many'))).rejects.toThrow(RangeError)
  })
})
