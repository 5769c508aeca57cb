/** What this machine lacks, in words, and what that means for each service. */
import { computed, type ComputedRef } from 'vue'
import { useI18n } from 'vue-i18n'
import { useList } from '@/kit/composables/useList'
import { useText } from '@/kit/composables/useText'
import type { Service } from '@/kit/visitor/types'
import { useKiosk } from './kiosk'
import { missingFor } from './machine'

export interface MachineWords {
  nameOf: (need: string) => string
  /** Why a service cannot be done at this machine; empty where it can. */
  noteOf: (service: Pick<Service, 'channels' | 'needs'>) => string
  /** The same for all services of the branch, by id. */
  notes: ComputedRef<Readonly<Record<string, string>>>
}

export function useMachineWords(): MachineWords {
  const { t, te } = useI18n()
  const say = useText()
  const list = useList()
  const kiosk = useKiosk()
  /** A need that has no word of ours is named by the parts that are to blame. */
  const nameOf = (need: string): string => (te(`kioskHere.what.${need}`) ? t(`kioskHere.what.${need}`) : list((kiosk.machine.value.lacks[need]?.parts ?? []).map(say)) || need)
  function noteOf(service: Pick<Service, 'channels' | 'needs'>): string {
    const missing = missingFor(service, kiosk.machine.value)
    if (missing === null) return ''
    return missing.length > 0 ? t('kioskHere.because', { what: list(missing.map(nameOf)) }) : t('kioskHere.cannot')
  }
  const notes = computed(() => Object.fromEntries((kiosk.guide.data.value?.services ?? []).map((one) => [one.id, noteOf(one)]).filter(([, note]) => note !== '')) as Record<string, string>)
  return { nameOf, noteOf, notes }
}
