import { describe, expect, it } from 'vitest'
import type { OutboxItem } from '@/kit/composables/useOutbox'
import type { Task } from '@/live/hall'
import { byUrgency, stepsOf, waitingSteps } from './tasks'

const task = (name: string, change: Partial<Task> = {}): Task =>
  ({ task: name, kind: 'other', grade: 'yellow', state: 'unanswered', offered_to: '', accepted_by: '', raised_ms: 5, ...change }) as Task
const queued = (path: string, state: OutboxItem['state'] = 'queued'): OutboxItem => ({ id: path, label: '', method: 'POST', path, at_ms: 0, state })

describe('the rail', () => {
  it('begins with the gravest, then with what is asked of me, then with what nobody has, then with the oldest', () => {
    const tasks = [
      task('old', { raised_ms: 1 }),
      task('taken', { accepted_by: 'other', state: 'accepted', raised_ms: 0 }),
      task('mine', { offered_to: 'me', state: 'offered', raised_ms: 9 }),
      task('red', { grade: 'red', raised_ms: 9 }),
      task('new'),
    ]
    expect(byUrgency(tasks, 'me').map((one) => one.task)).toEqual(['red', 'mine', 'old', 'new', 'taken'])
  })
  it('leaves out what is closed', () => {
    expect(byUrgency([task('a', { state: 'done' }), task('b', { state: 'cancelled' })], 'me')).toEqual([])
  })
})

describe('what waits to be sent', () => {
  it('is found by its task, until it was sent', () => {
    const items = [queued('/api/branches/b/tasks/t1/accept'), queued('/api/branches/b/tasks/t1/notes', 'sending'), queued('/api/branches/b/tasks/t2/accept'), queued('/api/branches/b/tasks/t1/close', 'sent')]
    expect(waitingSteps(items, 't1')).toEqual(['accept', 'notes'])
  })
})

describe('what can be done with a task', () => {
  it.each([
    [task('t'), [], ['accept', 'hand-over', 'notes']],
    [task('t'), ['accept'], ['close', 'hand-over', 'notes']],
    [task('t', { state: 'accepted', accepted_by: 'me' }), [], ['close', 'hand-over', 'notes']],
    [task('t', { state: 'accepted', accepted_by: 'other' }), [], ['notes']],
    [task('t', { state: 'accepted', accepted_by: 'me' }), ['close'], []],
    [task('t', { state: 'done' }), [], []],
  ] as const)('%#', (one, done, steps) => {
    expect(stepsOf(one, 'me', done)).toEqual(steps)
  })
})
