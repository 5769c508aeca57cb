/** Whose automations a page is about: those that hold in the branch, or, with `?scope=bank`, in the whole bank. */
import { computed, type ComputedRef } from 'vue'
import { useI18n } from 'vue-i18n'
import { useRoute, type RouteLocationRaw } from 'vue-router'
import { BANK } from '@/kit/automations/useVocabulary'
import { useFetched } from '@/kit/composables/useFetched'
import { useText } from '@/kit/composables/useText'
import type { AutomationView, BankAutomations, BranchAutomations } from '@/live/automations'
import { useLive } from '@/live/useLive'
import { useOffice } from '../office'

/** One that holds, with how it fares; what only a branch knows is missing for the bank. */
export type Held = Pick<AutomationView, 'automation' | 'origin' | 'behind'> & Partial<AutomationView> & { ownIn?: readonly string[] }

export interface Scope {
  isBank: ComputedRef<boolean>
  /** By id; null until they are known. */
  held: ComputedRef<Readonly<Record<string, Held>> | null>
  error: ComputedRef<unknown>
  retry: () => Promise<void>
  /** What is shown was so then, and may be otherwise now. */
  isStale: ComputedRef<boolean>
  since: ComputedRef<number | null>
  /** The words are those of this branch, or of the bank. */
  wordsOf: ComputedRef<string>
  mayEdit: ComputedRef<boolean>
  /** The module that runs them is on here; what the bank writes does not depend on one branch. */
  runsHere: ComputedRef<boolean>
  path: (automation: string) => string
  /** The list, and the form of one or of a new one. */
  list: (isBank?: boolean) => RouteLocationRaw
  form: (automation: string, isBank?: boolean) => RouteLocationRaw
  /** The names of branches that have a version of their own. */
  ownNames: (one: Held) => string
}

export function useScope(): Scope {
  const route = useRoute()
  const { t } = useI18n()
  const say = useText()
  const { branch, branches, known } = useOffice()
  const isBank = computed(() => route.query['scope'] === 'bank')
  const live = useLive<BranchAutomations>('automations.branch', () => (isBank.value ? '' : branch.value))
  const bank = useFetched<BankAutomations>(() => (isBank.value ? '/api/automations' : ''))
  const query = (ofBank: boolean) => ({ branch: branch.value, ...(ofBank ? { scope: 'bank' } : {}) })
  return {
    isBank,
    held: computed(() => {
      if (!isBank.value) return live.data.value?.automations ?? null
      const all = bank.data.value?.automations
      return all ? Object.fromEntries(Object.entries(all).map(([id, { own_in: ownIn, ...one }]) => [id, { ...one, ownIn }])) : null
    }),
    error: computed(() => (isBank.value ? bank.error.value : live.state.value === 'refused' ? live.error.value : null)),
    retry: async () => {
      if (isBank.value) await bank.retry()
      else live.retry()
    },
    isStale: computed(() => !isBank.value && live.state.value === 'stale'),
    since: computed(() => live.since.value),
    wordsOf: computed(() => (isBank.value ? BANK : branch.value)),
    mayEdit: computed(() => known.may(isBank.value ? 'rules.edit' : 'branch.configure')),
    runsHere: computed(() => isBank.value || (live.data.value?.running_here ?? true)),
    path: (automation) => `/api/${isBank.value ? '' : `branches/${branch.value}/`}automations/${encodeURIComponent(automation)}`,
    list: (ofBank = isBank.value) => ({ path: '/automations', query: query(ofBank) }),
    // The id stands in the query: a path with a point in it would be taken for a file.
    form: (automation, ofBank = isBank.value) => ({ path: '/automations/one', query: { ...query(ofBank), automation } }),
    ownNames: ({ ownIn }) => (ownIn ?? []).map((id) => say(branches.value.find((one) => one.id === id)?.name) || id).join(t('office.comma')),
  }
}
