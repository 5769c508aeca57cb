import { describe, expect, it } from 'vitest'
import type { BranchDevices, Condition, DeviceCard, Quantity } from '@/live/devices'
import type { FloorPlan } from '../floor'
import { byGroup, marksOf, matching, placed, rowsOf, worstFirst, worstOf } from './list'
import { commandText, extentOf, spanText, unitText, valueText, withUnit, xfsReports } from './values'

const say = (text: { zh: string } | null | undefined): string => text?.zh ?? ''
const t = (key: string, values: Record<string, unknown> = {}): string => `${key}${Object.values(values).map((one) => ` ${String(one)}`).join('')}`

const card = (name: string, condition: Condition, more: Partial<DeviceCard> = {}): DeviceCard => ({
  name: { zh: name, en: '' }, type: 'light', type_text: { zh: '灯光', en: 'Light' }, icon: '', group: 'environment', zone: '', spot: null, condition, since_ms: 0, link: 'online', app: 'running',
  firmware: '', properties: {}, troubles: [], under_way: 0, in_use: true, ...more,
})
const view: BranchDevices = {
  devices: {
    'lamp-1': card('甲灯', 'ok', { zone: 'hall' }),
    'lamp-2': card('乙灯', 'offline', { zone: 'hall', spot: { floor: 1, x: 2, y: 3 } }),
    'kiosk-1': card('柜台', 'fault', { group: 'self_service', type_text: { zh: '智慧柜台', en: 'Smart counter' }, spot: { floor: 1, x: 2.4, y: 3 } }),
    stray: card('游标', 'unknown'),
  },
  counts: {},
}
const rows = rowsOf(view)
const NO_FILTER = { search: '', condition: '', group: '', zone: '' }
const plan: FloorPlan = { name: '', floors: [{ id: '1', name: '', outline: [], zones: [{ id: 'hall', name: '', polygon: [[0, 0], [10, 0], [10, 10], [0, 10]] }] }] }

describe('a list of devices', () => {
  it('has what is worst on top', () => {
    expect(worstFirst(rows, say).map(({ id }) => id)).toEqual(['kiosk-1', 'lamp-2', 'stray', 'lamp-1'])
    expect(worstOf([])).toBe('ok')
    expect(worstOf(['paused', 'warning', 'ok'])).toBe('warning')
  })
  it('is found by name, id and type in either language, condition, group and zone', () => {
    const found = (filter: Partial<typeof NO_FILTER>): string[] => matching(rows, { ...NO_FILTER, ...filter }).map(({ id }) => id)
    expect(found({ search: 'SMART' })).toEqual(['kiosk-1'])
    expect(found({ search: '乙灯' })).toEqual(['lamp-2'])
    expect(found({ condition: 'offline' })).toEqual(['lamp-2'])
    expect(found({ group: 'self_service' })).toEqual(['kiosk-1'])
    expect(found({ zone: 'hall' })).toEqual(['lamp-1', 'lamp-2'])
    expect(found({ zone: '-' })).toEqual(['kiosk-1', 'stray'])
  })
  it('is grouped, the group with the worst first', () => {
    expect(byGroup(rows, say).map(({ group, rows: own }) => [group, own.length])).toEqual([['self_service', 1], ['environment', 3]])
  })
})

describe('devices on the map', () => {
  it('stand on their spot, else in their zone, else nowhere', () => {
    const at = Object.fromEntries(placed(rows, plan, 20).map((one) => [one.row.id, one.at]))
    expect(at).toEqual({ 'lamp-1': [5, 7], 'lamp-2': [2, 17], 'kiosk-1': [2.4, 17] })
  })
  it('become one mark where they are too close to touch, with the worst of them', () => {
    const marks = marksOf(placed(rows, plan, 20), 1)
    expect(marks.map(({ worst, asBad, rows: own }) => [worst, asBad, own.map(({ id }) => id)])).toEqual([['fault', 1, ['kiosk-1', 'lamp-2']], ['ok', 1, ['lamp-1']]])
    expect(marksOf(placed(rows, plan, 20), 0.1)).toHaveLength(3)
  })
})

describe('what bank hardware says of itself', () => {
  it('is taken apart, each thing once, and a bare hardware fault is left out beside what tells more', () => {
    expect(xfsReports('check.media=jammed', 'device=hardwareError; check.media=jammed; cashDispenser.positions.*.transport=inoperative')).toEqual([
      { place: 'check_media', state: 'jammed', said: 'check.media=jammed' },
      { place: 'cashDispenser_positions_transport', state: 'inoperative', said: 'cashDispenser.positions.*.transport=inoperative' },
    ])
    expect(xfsReports('device=offline', 'device=offline')).toEqual([{ place: 'device', state: 'offline', said: 'device=offline' }])
  })
  it('is nothing where a device speaks otherwise', () => {
    expect(xfsReports('paper_jam', 'tray 2')).toEqual([])
    expect(xfsReports('', '')).toEqual([])
  })
})

describe('values in words', () => {
  const level = { name: 'level', text: { zh: '亮度' }, kind: 'number', unit: '%', choices: [], choice_texts: [] } as unknown as Quantity
  const mode = { name: 'mode', text: { zh: '模式' }, kind: 'choice', unit: '', choices: ['day', 'night'], choice_texts: [{ zh: '白天' }, { zh: '夜间' }] } as unknown as Quantity
  it('have their unit, their word, or on and off', () => {
    expect(valueText(level, 80, say, t)).toBe('80%')
    const inEnglish = (text: { zh: string; en?: string } | null | undefined): string => text?.en ?? ''
    expect([unitText('张', inEnglish), unitText('°C', inEnglish), unitText('张', (text) => text?.zh ?? '')]).toEqual(['sheets', '°C', '张'])
    expect(withUnit(3.14159, 'lx')).toBe('3.14 lx')
    expect(valueText(mode, 'night', say, t)).toBe('夜间')
    expect(valueText(mode, 'dusk', say, t)).toBe('dusk')
    expect(valueText(undefined, true, say, t)).toBe('devices.on')
  })
  it('name what is set', () => {
    const type = { properties: [level], commands: [{ name: 'restart', text: { zh: '设备重启' } }] } as never
    expect(commandText(type, 'set', { level: 30 }, say, t)).toBe('devices.set 亮度 30%')
    expect(commandText(type, 'restart', {}, say, t)).toBe('设备重启')
    expect(commandText(undefined, 'dance', {}, say, t)).toBe('dance')
  })
  it('tell how long in the largest unit that fits', () => {
    expect([-5, 40_000, 90_000, 7_200_000, 200_000_000].map((ms) => spanText(ms, t))).toEqual([
      'devices.span.seconds 0', 'devices.span.seconds 40', 'devices.span.minutes 1', 'devices.span.hours 2', 'devices.span.days 2',
    ])
  })
  it('know the extent of a series', () => {
    expect(extentOf([])).toBeNull()
    expect(extentOf([[1, 5], [2, 2], [3, 4]])).toEqual({ low: 2, high: 5, last: 4 })
  })
})
