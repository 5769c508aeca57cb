import { describe, expect, it } from 'vitest'
import { freeFor, holdOf, mineOf, moved, urgencyOf } from './queue'
import type { Queue, QueuedRequest } from './types'

const T = { zh: '甲', en: 'A' }
const request = (authorisation: string, changes: Partial<QueuedRequest> = {}): QueuedRequest => ({
  authorisation, branch: 'b', branch_name: T, journey: 'j', scenario: 's', name: T, standing: 'waiting', modes: ['remote'], priority: 5, wanted: 1, amount: 0, taken_by: '', taken_by_name: '', work: '', work_name: { zh: '', en: '' }, given_by: [], given_names: [], asked_ms: 0, ...changes,
})
const queue: Queue = {
  requests: { a: request('a', { given_by: ['me'] }), b: request('b', { taken_by: 'you' }), c: request('c'), d: request('d', { taken_by: 'me' }) },
  order: ['a', 'b', 'c', 'd', 'gone'],
}

describe('the queue', () => {
  it('tells whose a request is', () => {
    expect(['a', 'b', 'c', 'd'].map((id) => holdOf(queue.requests[id] ?? request('x'), 'me'))).toEqual(['said', 'others', 'free', 'mine'])
  })
  it('gives what is free and what is mine', () => {
    expect(freeFor(queue, 'me').map(({ authorisation }) => authorisation)).toEqual(['c'])
    expect(mineOf(queue, 'me')?.authorisation).toBe('d')
    expect(mineOf(null, 'me')).toBeUndefined()
  })
  it('is walked by keys', () => {
    expect([moved(queue, '', 1), moved(queue, 'a', 1), moved(queue, 'a', -1), moved(queue, 'd', 1), moved(null, 'a', 1)]).toEqual(['a', 'b', 'a', 'd', ''])
  })
  it('grows urgent', () => {
    expect([0, 60_000, 200_000].map(urgencyOf)).toEqual(['good', 'warn', 'bad'])
  })
})
