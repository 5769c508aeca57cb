/** Alarms and repairs in the words of the person at the screen. */
import { useI18n } from 'vue-i18n'
import type { DeviceAlarm, DeviceRepair } from '@/live/faults'
import { useText } from '../composables/useText'
import { useDeviceWords } from './useDeviceWords'

export interface FaultWords {
  /** What is wrong: "部件故障：现金边柜". */
  what: (alarm: Pick<DeviceAlarm, 'kind' | 'part' | 'part_text'>) => string
  /** Why, as far as the device says: "卡钞". */
  why: (alarm: Pick<DeviceAlarm, 'kind' | 'code' | 'detail'>) => string
  part: (repair: Pick<DeviceRepair, 'part' | 'part_text'>) => string
  span: (ms: number) => string
}

export function useFaultWords(): FaultWords {
  const { t, locale } = useI18n()
  const say = useText()
  const words = useDeviceWords()
  const colon = (): string => (locale.value.startsWith('zh') ? '：' : ': ')
  return {
    what: (alarm) => {
      const part = alarm.kind === 'odd' ? words.flag(alarm.part) : alarm.part === '' ? '' : say(alarm.part_text)
      return [t(`faults.kind.${alarm.kind}`), part].filter(Boolean).join(colon())
    },
    why: (alarm) => {
      if (alarm.kind === 'link' || alarm.kind === 'odd') return alarm.detail
      if (alarm.kind.startsWith('consumable')) return t('faults.now', { n: alarm.detail })
      if (alarm.kind === 'threshold') return alarm.detail
      return words.reason(alarm)
    },
    part: (repair) => (repair.part === '' ? t('faults.repair.whole') : say(repair.part_text)),
    span: words.span,
  }
}
