/** What every page of the office shares: who is here, which branches they reach, and the one they look at. */
import { computed, inject, provide, type ComputedRef, type InjectionKey, type Ref } from 'vue'
import { useRoute, useRouter } from 'vue-router'
import { useFetched } from '@/kit/composables/useFetched'
import { useSession, type KnownSession } from '@/kit/composables/useSession'
import type { Text } from '@/kit/composables/useText'
import type { components } from '@/api/schema'

export type Branch = components['schemas']['Branch']
export interface Office {
  known: KnownSession
  branches: ComputedRef<Branch[]>
  /** The branch the pages are about; '' until branches are known. */
  branch: ComputedRef<string>
  choose: (branch: string) => void
  /** Reads the branches again: one was founded, or has another name. */
  reload: () => Promise<void>
  /** The kinds of branch, by their ids. */
  templateName: (id: string) => Text | undefined
  error: Readonly<Ref<unknown>>
}

const OFFICE: InjectionKey<Office> = Symbol('office')

export function provideOffice(): Office {
  const known = useSession('office')
  const route = useRoute()
  const router = useRouter()
  const { data, error, retry } = useFetched<{ branches: Branch[] }>(() => (known.session.value ? '/api/branches' : ''))
  const templates = useFetched<{ templates: components['schemas']['Template'][] }>(() => (known.may('org.see') ? '/api/templates' : ''))
  const branches = computed(() => data.value?.branches ?? [])
  const branch = computed(() => {
    const named = typeof route.query['branch'] === 'string' ? route.query['branch'] : ''
    const own = known.session.value?.branch ?? ''
    const reach = branches.value.map(({ id }) => id)
    return [named, own].find((one) => reach.includes(one)) ?? reach[0] ?? ''
  })
  const office: Office = {
    known,
    branches,
    branch,
    choose: (next) => void router.replace({ query: { ...route.query, branch: next } }),
    reload: retry,
    templateName: (id) => templates.data.value?.templates.find((one) => one.id === id)?.name,
    error,
  }
  provide(OFFICE, office)
  return office
}

export function useOffice(): Office {
  const office = inject(OFFICE)
  if (!office) throw new Error('useOffice() is for pages of the office')
  return office
}
