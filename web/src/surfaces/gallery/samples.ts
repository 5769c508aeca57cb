/** Made-up things to show the components with, in both languages. */
import type { Estimate } from '@/kit/estimate'
import type { FloorPlan, FloorRoute } from '@/kit/floor'
import type { Language } from '@/words/define'

const MINUTE_MS = 60_000
export const ESTIMATE: Estimate = { median_ms: 12 * MINUTE_MS, low_ms: 8 * MINUTE_MS, high_ms: 18 * MINUTE_MS }

/** `pick(language)('中文', 'English')`. */
export const pick =
  (language: Language) =>
  (zh: string, en: string): string =>
    language === 'en' ? en : zh

export function samplePlan(language: Language): FloorPlan {
  const say = pick(language)
  return {
    name: say('旗舰支行', 'Flagship branch'),
    floors: [
      {
        id: 'f1',
        name: say('一层', 'Ground floor'),
        outline: [[0, 0], [26, 0], [26, 16], [0, 16]],
        walkways: [[[3, 15], [3, 10.6], [23, 10.6]], [[13, 10.6], [13, 4.6]]],
        zones: [
          { id: 'guide', name: say('咨询引导', 'Reception'), kind: 'guidance', polygon: [[1, 12], [6, 12], [6, 15], [1, 15]], label: [3.5, 14.3] },
          { id: 'wait', name: say('客户等候', 'Waiting'), kind: 'waiting', polygon: [[8, 5.5], [18, 5.5], [18, 9.5], [8, 9.5]] },
          { id: 'self', name: say('智能服务', 'Self-service'), kind: 'smart_service', polygon: [[8, 11.8], [18, 11.8], [18, 15], [8, 15]] },
          { id: 'counter', name: say('柜面服务', 'Counters'), kind: 'counters', polygon: [[4, 1], [19, 1], [19, 3.8], [4, 3.8]], label: [11.5, 1.7] },
          { id: 'vip', name: say('贵宾理财室', 'VIP and wealth room'), kind: 'wealth', polygon: [[20.5, 1], [25, 1], [25, 7], [20.5, 7]], label: [22.75, 2.4] },
          { id: 'salon', name: say('沙龙', 'Salon'), kind: 'salon', polygon: [[20.5, 11.8], [25, 11.8], [25, 15], [20.5, 15]] },
        ],
      },
      {
        id: 'f2',
        name: say('二层', 'First floor'),
        outline: [[0, 0], [18, 0], [18, 12], [0, 12]],
        zones: [{ id: 'office', name: say('集中办公', 'Back office'), kind: 'back_office', polygon: [[1, 1], [17, 1], [17, 11], [1, 11]] }],
      },
    ],
  }
}

export const ROUTE: FloorRoute = [{ floor: 'f1', points: [[3, 12.8], [3, 10.6], [19.3, 10.6], [19.3, 4.5], [21.6, 4.5]] }]

export interface SampleRow {
  id: string
  number: string
  service: string
  minutes: number
  window: string
}

export function sampleRows(language: Language): SampleRow[] {
  const say = pick(language)
  const services = [say('个人开户', 'Open an account'), say('现金存取', 'Cash'), say('理财咨询', 'Investment advice'), say('挂失', 'Loss report')]
  return Array.from({ length: 6 }, (_, index) => ({
    id: String(index),
    number: `A${String(index + 12).padStart(3, '0')}`,
    service: services[index % services.length] ?? '',
    minutes: (index * 7) % 23,
    window: String((index % 4) + 1),
  }))
}

export const HOURS = ['09', '10', '11', '12', '13', '14', '15', '16']
export const WAITS = [6, 18, 14, 9, 7, 11, 13, 8]
export const ARRIVALS = [21, 46, 38, 19, 15, 30, 35, 22]
