import type { components } from '@/api/schema'
import type { Text } from '@/kit/composables/useText'
import type { Task } from '@/live/hall'

type Choices = Pick<components['schemas']['HallChoices'], 'calls' | 'ratings'>

/**
 * A note as people read it. A customer who calls chooses a reason, one who rates badly may choose several: their
 * codes are the note.
 */
export function noteOf({ note }: Pick<Task, 'note'>, choices: Choices | null, say: (text: Text | undefined) => string): string {
  const reasons = [...(choices?.calls ?? []), ...(choices?.ratings ?? [])]
  const names = note.split(',').map((code) => say(reasons.find((reason) => reason.code === code)?.name))
  return names.every((name) => name !== '') ? names.join('、') : note
}
