/** Steps of a task. Accepting, noting and closing may wait for a lost link; handing over asks somebody and may not. */
import { computed, toValue, type ComputedRef, type MaybeRefOrGetter } from 'vue'
import { useI18n } from 'vue-i18n'
import { useOutbox } from '@/kit/composables/useOutbox'
import { useToast } from '@/kit/composables/useToast'
import type { Task } from '@/live/hall'
import { useHall } from './hallContext'
import { stepsOf, waitingSteps } from './tasks'

type MayWait = 'accept' | 'close' | 'notes'

export function useTaskSteps(task: MaybeRefOrGetter<Task | null>): {
  waiting: ComputedRef<string[]>
  steps: ComputedRef<ReturnType<typeof stepsOf>>
  what: ComputedRef<string>
  send: (step: MayWait, body?: Record<string, string>) => Promise<void>
} {
  const { t } = useI18n()
  const toast = useToast()
  const outbox = useOutbox()
  const { session, branch, isCut } = useHall()
  const waiting = computed(() => {
    const one = toValue(task)
    return one ? waitingSteps(outbox.items.value, one.task) : []
  })
  const what = computed(() => {
    const one = toValue(task)
    return one ? `${t(`padTasks.kind.${one.kind}`)} ${one.number}`.trim() : ''
  })
  return {
    waiting,
    what,
    steps: computed(() => {
      const one = toValue(task)
      return one ? stepsOf(one, session.id ?? '', waiting.value) : []
    }),
    send: async (step, body = {}) => {
      const one = toValue(task)
      if (!one) return
      await outbox.add({
        label: t(`padTasks.label.${step}`, { what: what.value }),
        method: 'POST',
        path: `/api/branches/${branch}/tasks/${one.task}/${step}`,
        body,
      })
      if (isCut.value) toast.say(t('pad.cut.queued'), 'warn')
    },
  }
}
