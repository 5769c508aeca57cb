/** Tasks as the rail shows them: in order of urgency, and with what this device has still to send. */
import type { OutboxItem } from '@/kit/composables/useOutbox'
import type { Grade, Task } from '@/live/hall'

const GRADES: readonly Grade[] = ['red', 'orange', 'yellow', 'note']
const OPEN: readonly Task['state'][] = ['offered', 'unanswered', 'accepted']

export const isOpen = (task: Task): boolean => OPEN.includes(task.state)

/** What is most urgent first: the grade, then what is asked of me, then what nobody has taken, then the oldest. */
export function byUrgency(tasks: readonly Task[], me: string): Task[] {
  const rank = (task: Task): number[] => [
    GRADES.indexOf(task.grade),
    task.offered_to === me || task.accepted_by === me ? 0 : 1,
    task.accepted_by === '' ? 0 : 1,
    task.raised_ms,
  ]
  return tasks.filter(isOpen).sort((one, other) => {
    const a = rank(one)
    const b = rank(other)
    const at = a.findIndex((value, index) => value !== b[index])
    return at < 0 ? 0 : (a[at] ?? 0) - (b[at] ?? 0)
  })
}

/** What this device has done with the task and not yet sent: "accept", "close", "notes". */
export function waitingSteps(items: readonly OutboxItem[], task: string): string[] {
  return items
    .filter(({ state, path }) => (state === 'queued' || state === 'sending') && path.includes(`/tasks/${task}/`))
    .map(({ path }) => path.split('/').at(-1) ?? '')
}

/** What can be done with a task, in the order it is offered. `done` are steps that wait to be sent. */
export function stepsOf(task: Task, me: string, done: readonly string[]): ('accept' | 'close' | 'hand-over' | 'notes')[] {
  if (!isOpen(task) || done.includes('close')) return []
  const mine = task.accepted_by === me || done.includes('accept')
  if (mine) return ['close', 'hand-over', 'notes']
  return task.accepted_by === '' ? ['accept', 'hand-over', 'notes'] : ['notes']
}
