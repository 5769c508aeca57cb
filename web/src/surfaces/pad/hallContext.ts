/** What every page of the PAD works on: the hall, its tasks, the branch's own records, and whether the link holds. */
import { computed, inject, onScopeDispose, provide, ref, type ComputedRef, type InjectionKey } from 'vue'
import { useI18n } from 'vue-i18n'
import type { components } from '@/api/schema'
import type { Session } from '@/api/session'
import { useCommand, type Command, type Commands } from '@/kit/composables/useCommand'
import { useFetched, type Fetched } from '@/kit/composables/useFetched'
import type { HallView, TasksView } from '@/live/hall'
import { useLive, type Live } from '@/live/useLive'

type Schemas = components['schemas']

export interface HallContext {
  session: Session
  branch: string
  may: (permission: string) => boolean
  hall: Live<HallView>
  tasks: Live<TasksView>
  guide: Fetched<Schemas['Guide']>
  choices: Fetched<Schemas['HallChoices']>
  /** The link is lost: what must not wait is refused, what may wait is kept. */
  isCut: ComputedRef<boolean>
  /** The branch has switched smart control on; so it is taken until it is known. */
  hasDevices: ComputedRef<boolean>
  /** The name of a zone, a service, a counter's sign, as they stand in the branch's records. */
  zoneName: (zone: string) => Schemas['Text'] | undefined
  serviceName: (service: string) => Schemas['Text'] | undefined
}

const KEY: InjectionKey<HallContext> = Symbol('hall')

export function provideHall(session: Session, branch: string, may: (permission: string) => boolean): HallContext {
  const hall = useLive<HallView>('hall.pad', branch, { persist: true })
  const tasks = useLive<TasksView>('hall.tasks', branch, { persist: true })
  const guide = useFetched<Schemas['Guide']>(`/api/branches/${branch}/guide`, { persist: true })
  const choices = useFetched<Schemas['HallChoices']>(`/api/branches/${branch}/choices`, { persist: true })
  const isOnline = ref(navigator.onLine)
  const look = (): void => {
    isOnline.value = navigator.onLine
  }
  window.addEventListener('online', look)
  window.addEventListener('offline', look)
  onScopeDispose(() => {
    window.removeEventListener('online', look)
    window.removeEventListener('offline', look)
  })
  const context: HallContext = {
    session,
    branch,
    may,
    hall,
    tasks,
    guide,
    choices,
    isCut: computed(() => !isOnline.value || hall.state.value === 'stale'),
    hasDevices: computed(() => guide.data.value?.branch.modules.includes('smart_control') ?? true),
    zoneName: (zone) => guide.data.value?.zones.find(({ id }) => id === zone)?.name,
    serviceName: (service) => guide.data.value?.services.find(({ id }) => id === service)?.name,
  }
  provide(KEY, context)
  return context
}

export function useHall(): HallContext {
  const context = inject(KEY)
  if (!context) throw new Error('useHall outside the PAD')
  return context
}

/**
 * Commands that must not wait (a ticket, a call, a switch): with the link cut they are refused here and at once, in
 * the words of `refusedAs`.
 */
export function useLinkedCommand(refusedAs: string): Commands {
  const { isCut } = useHall()
  const { t } = useI18n()
  const commands = useCommand()
  return {
    ...commands,
    run: <Answer>(command: Command) => {
      if (!isCut.value) return commands.run<Answer>(command)
      commands.refuse({ code: 'link_lost', message: t(refusedAs) })
      return Promise.resolve(undefined)
    },
  }
}

export const useHallCommand = (): Commands => useLinkedCommand('pad.cut.refused')
