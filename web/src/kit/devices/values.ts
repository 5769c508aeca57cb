/** Values of devices in words, and the words of how long something has been so. Pure. */
import type { DeviceType, Point, Quantity, Value } from '@/live/devices'
import type { Text } from '../composables/useText'

type Say = (text: Text | null | undefined) => string
type Translate = (key: string, values?: Record<string, unknown>) => string

const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS
const DAY_MS = 24 * HOUR_MS

/** Two decimals of small figures, one of those from a hundred, none from a thousand; none that say nothing. */
export function figure(value: number): string {
  const size = Math.abs(value)
  const parts = size >= 1000 ? 1 : size >= 100 ? 10 : 100
  return String(Math.round(value * parts) / parts)
}

/** Units that devices declare as Chinese counts them; what is written the same everywhere is not here. */
const UNITS_EN: Readonly<Record<string, string>> = { 个: 'pcs', 人: 'people', 件: 'items', 份: 'copies', 天: 'days', 张: 'sheets', 杯: 'cups', 格: 'cells', 次: 'times', 笔: 'items', 路: 'channels' }
export const unitText = (unit: string, say: Say): string => say({ zh: unit, en: UNITS_EN[unit] ?? unit })

export function withUnit(value: number, unit: string): string {
  return unit === '' ? figure(value) : unit === '%' || unit === '°C' ? `${figure(value)}${unit}` : `${figure(value)} ${unit}`
}

/** A value as its declaration says it. */
export function valueText(quantity: Quantity | undefined, value: Value, say: Say, t: Translate): string {
  if (typeof value === 'boolean') return t(value ? 'devices.on' : 'devices.off')
  if (typeof value === 'number') return withUnit(value, unitText(quantity?.unit ?? '', say))
  const at = quantity?.choices.indexOf(value) ?? -1
  return say(quantity?.choice_texts[at]) || value
}

/** What a command is called: its declared words, or what is set to what. */
export function commandText(type: DeviceType | undefined, name: string, parameters: Readonly<Record<string, Value>>, say: Say, t: Translate): string {
  if (name === 'wake') return t('devices.wake')
  if (name !== 'set') return say(type?.commands.find((one) => one.name === name)?.text) || name
  const settings = Object.entries(parameters).map(([key, value]) => {
    const quantity = type?.properties.find((one) => one.name === key)
    return `${say(quantity?.text) || key} ${valueText(quantity, value, say, t)}`
  })
  return `${t('devices.set')} ${settings.join(' · ')}`
}

/** How long ago, in the largest unit that says something: 40 秒, 12 分钟, 3 小时, 2 天. */
export function spanText(ms: number, t: Translate): string {
  if (ms < MINUTE_MS) return t('devices.span.seconds', { n: Math.max(0, Math.floor(ms / 1000)) })
  if (ms < HOUR_MS) return t('devices.span.minutes', { n: Math.floor(ms / MINUTE_MS) })
  if (ms < 2 * DAY_MS) return t('devices.span.hours', { n: Math.floor(ms / HOUR_MS) })
  return t('devices.span.days', { n: Math.floor(ms / DAY_MS) })
}

export interface Extent {
  low: number
  high: number
  last: number
}

/** The lowest, highest and last value of a series; null for an empty one. */
export function extentOf(points: readonly Point[]): Extent | null {
  const last = points.at(-1)
  if (!last) return null
  const values = points.map(([, value]) => value)
  return { low: values.reduce((a, b) => Math.min(a, b)), high: values.reduce((a, b) => Math.max(a, b)), last: last[1] }
}

/** One thing bank hardware says of itself: `cashDispenser.positions.*.transport=inoperative`. */
export interface XfsReport { place: string; state: string; said: string }

/** What stands in the code and detail of a part that speaks XFS4IoT, each once; none where they are of another kind. */
export function xfsReports(code: string, detail: string): XfsReport[] {
  if (!/^[\w.*]+=\w+$/.test(code)) return []
  const said = [...new Set([code, ...detail.split('; ').filter(Boolean)])]
  // "hardwareError" tells nothing where something else is said.
  const telling = said.filter((one) => !one.startsWith('device='))
  return (telling.length > 0 ? telling : said).map((one) => {
    const [place = '', state = ''] = one.split('=')
    return { place: place.replaceAll('.*', '').replaceAll('.', '_'), state, said: one }
  })
}
