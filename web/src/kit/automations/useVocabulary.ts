/** The words of a branch's automations, read once, and how they are said in this person's language. */
import { computed, toValue, type ComputedRef, type MaybeRefOrGetter } from 'vue'
import { useI18n } from 'vue-i18n'
import type { Catalogue } from '@/live/automations'
import type { BranchDevices, DeviceType } from '@/live/devices'
import { useFetched } from '../composables/useFetched'
import { useText } from '../composables/useText'
import type { Speaker } from './sentences'
import { Vocabulary } from './vocabulary'

export interface KnownWords {
  words: ComputedRef<Vocabulary | null>
  speaker: ComputedRef<Speaker | null>
  error: ComputedRef<unknown>
  retry: () => Promise<void>
}

/** What {@link useVocabulary} is given for the branch where the words are those of the whole bank. */
export const BANK = 'the bank'

/** @param seesDevices a device's properties are known by its type only to who may see devices. */
export function useVocabulary(branch: MaybeRefOrGetter<string>, seesDevices: MaybeRefOrGetter<boolean>): KnownWords {
  const { t, te } = useI18n()
  const say = useText()
  const of = (rest: string): string => (toValue(branch) && toValue(branch) !== BANK ? `/api/branches/${toValue(branch)}/${rest}` : '')
  const catalogue = useFetched<Catalogue>(() => (toValue(branch) === BANK ? '/api/automation-words' : of('automation-words')))
  const types = useFetched<DeviceType[]>(() => (toValue(seesDevices) ? '/api/device-types' : ''))
  const devices = useFetched<BranchDevices>(() => (toValue(seesDevices) ? of('devices') : ''))
  const typeOfDevice = computed(() => Object.fromEntries(Object.entries(devices.data.value?.devices ?? {}).map(([id, { type }]) => [id, type])))
  const words = computed(() => (catalogue.data.value ? new Vocabulary(catalogue.data.value, types.data.value ?? [], typeOfDevice.value) : null))
  return {
    words,
    speaker: computed(() => (words.value ? { say, t: (key, values = {}) => t(key, values), te: (key) => te(key), words: words.value } : null)),
    error: computed(() => catalogue.error.value),
    retry: async () => {
      await Promise.all([catalogue.retry(), types.retry(), devices.retry()])
    },
  }
}
