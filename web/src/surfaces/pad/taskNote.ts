import type { Text } from '@/kit/composables/useText'
import type { Task } from '@/live/hall'

/** A note as people read it: a customer who calls chooses a reason, and its code is the note. */
export function noteOf(task: Pick<Task, 'note'>, reasons: readonly { code: string; name: Text }[], say: (text: Text | undefined) => string): string {
  return say(reasons.find(({ code }) => code === task.note)?.name) || task.note
}
