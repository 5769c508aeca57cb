/** What is known of devices in the words of the person at the screen. */
import { useI18n } from 'vue-i18n'
import type { CommandView, DeviceType, DeviceView, Quantity, Value } from '@/live/devices'
import { useText } from '../composables/useText'
import { commandText, spanText, valueText, xfsReports, type XfsReport } from './values'

export interface DeviceWords {
  value: (quantity: Quantity | undefined, value: Value) => string
  command: (type: DeviceType | undefined, command: Pick<CommandView, 'name' | 'parameters'>) => string
  /** The reason of an outcome: our word for a known code, the code and detail as they came for another. */
  reason: (said: { code: string; detail: string }) => string
  flag: (code: string) => string
  span: (ms: number) => string
  /** Parts in one sentence: "2 个部件异常，1 个停用". */
  parts: (modules: DeviceView['modules']) => string
}

export function useDeviceWords(): DeviceWords {
  const { t, te, locale } = useI18n()
  const say = useText()
  const words = (key: string, values: Record<string, unknown> = {}): string => t(key, values)
  /** "出钞通道不工作"; as it came, where either half is none of ours. */
  const xfs = ({ place, state, said }: XfsReport): string => {
    const keys = [`devices.xfs.place.${place}`, `devices.xfs.state.${state}`]
    return keys.every((key) => te(key, 'zh-CN')) ? keys.map((key) => t(key)).join(locale.value.startsWith('zh') ? '' : ' ') : said
  }
  return {
    value: (quantity, value) => valueText(quantity, value, say, words),
    command: (type, { name, parameters }) => commandText(type, name, parameters, say, words),
    reason: ({ code, detail }) => {
      const reports = xfsReports(code, detail)
      if (reports.length > 0) return reports.map(xfs).join(locale.value.startsWith('zh') ? '；' : '; ')
      const key = `devices.code.${code}`
      const known = code !== '' && te(key, 'zh-CN') ? t(key) : code
      return [known, detail].filter(Boolean).join(locale.value.startsWith('zh') ? '：' : ': ')
    },
    flag: (code) => {
      const key = `devices.flag.${code}`
      return code !== 'other' && te(key, 'zh-CN') ? t(key) : t('devices.flag.other', { code })
    },
    span: (ms) => spanText(ms, words),
    parts: (modules) => {
      const all = Object.values(modules)
      if (all.length === 0) return t('devices.partsNone')
      const inUse = all.filter(({ enabled }) => enabled)
      const bad = inUse.filter(({ health }) => health === 'fault' || health === 'absent' || health === 'warning').length
      const unknown = inUse.filter(({ health }) => health === 'unknown').length
      const off = all.length - inUse.length
      const said = [
        ...(bad > 0 ? [t('devices.partsBad', { n: bad })] : []),
        ...(unknown > 0 ? [t('devices.partsUnknown', { n: unknown })] : []),
        ...(off > 0 ? [t('devices.partsOff', { n: off })] : []),
      ]
      return said.length > 0 ? said.join(locale.value.startsWith('zh') ? '，' : ', ') : t('devices.partsOk', { n: all.length })
    },
  }
}
