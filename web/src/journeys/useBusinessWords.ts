/** Groups, channels and modules in words; a code that has no word of ours is shown as it is. */
import { useI18n } from 'vue-i18n'
import { useList } from '@/kit/composables/useList'
import type { JourneyChannel, MenuEntry } from './types'

export interface BusinessWords {
  groupName: (group: string) => string
  channelName: (channel: JourneyChannel) => string
  /** Why it cannot be done at this machine now; empty where it can. */
  whyNot: (entry: MenuEntry) => string
}

export function useBusinessWords(): BusinessWords {
  const { t, te } = useI18n()
  const list = useList()
  const known = (key: string, otherwise: string): string => (te(key) ? t(key) : otherwise)
  const moduleName = (name: string): string => known(`journey.module.${name}`, name)
  return {
    groupName: (group) => known(`journey.group.${group || 'other'}`, group),
    channelName: (channel) => t(`journey.channel.${channel}`),
    whyNot: (entry) => (entry.is_possible ? '' : t('journey.menu.missing', { what: list(entry.missing.map(moduleName)) })),
  }
}
