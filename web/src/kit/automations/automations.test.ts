import { describe, expect, it } from 'vitest'
import type { Automation, Catalogue, Condition } from '@/live/automations'
import type { DeviceType } from '@/live/devices'
import { blank, factOf, gapsOf, moved, newAction, newCondition, newTrigger, sent, written } from './draft'
import { blankSchedule, halvesOf, idOf, scheduleGaps, schedulesOf, type Schedule } from './schedules'
import { actionText, conditionText, triggerText, type Speaker } from './sentences'
import { dayOf, shareOfDay } from './trialDay'
import { Vocabulary, firstValue, opsOf } from './vocabulary'

const text = (zh: string) => ({ zh, en: '' })
const parameter = (name: string, more: object = {}) => ({ name, text: text(name), kind: 'text' as const, unit: '', choices: [], choice_texts: [], length_max: 60, options: '', required: true, ...more })
const catalogue = {
  events: [
    { name: 'hall.ticket_issued', text: text('取号'), named: true, fields: [{ name: 'stream', kind: 'text', choices: [] }, { name: 'service', kind: 'text', choices: [] }] },
    { name: 'device.changed', text: text('设备变了'), named: true, fields: [{ name: 'stream', kind: 'text', choices: [] }, { name: 'health', kind: 'choice', choices: ['ok', 'fault'] }, { name: 'values', kind: 'map', choices: [] }] },
  ],
  facts: [
    { name: 'hall.waiting', text: text('等候人数'), parameters: [], kind: 'number', unit: '人', choices: [], choice_texts: [] },
    { name: 'hall.busy', text: text('繁忙度'), parameters: [], kind: 'choice', unit: '', choices: ['idle', 'busy'], choice_texts: [text('空闲'), text('繁忙')] },
    { name: 'devices.property', text: text('设备属性'), parameters: [parameter('device', { options: 'devices' }), parameter('property')], kind: null, unit: '', choices: [], choice_texts: [] },
  ],
  actions: [
    { name: 'devices.scene', text: text('执行场景'), about: text(''), permission: 'device.operate', parameters: [parameter('scene', { options: 'scenes' })] },
    { name: 'devices.set', text: text('设置设备'), about: text(''), permission: 'device.operate', parameters: [parameter('device', { options: 'devices' }), parameter('property'), parameter('on', { kind: 'switch', required: false }), parameter('number', { kind: 'number', required: false }), parameter('text', { required: false })] },
    { name: 'hall.notice', text: text('发通知'), about: text(''), permission: 'message.waiting', parameters: [parameter('zh'), parameter('minutes', { kind: 'number', unit: 'min', low: 1, high: 240, required: false })] },
  ],
  options: { scenes: [{ value: 'open', text: text('营业') }, { value: 'close', text: text('打烊') }], devices: [{ value: 'lamp', text: text('大堂灯') }] },
} as unknown as Catalogue
const light = { code: 'light', properties: [{ name: 'on', text: text('开关'), kind: 'switch', unit: '', choices: [], choice_texts: [] }, { name: 'level', text: text('亮度'), kind: 'number', unit: '%', choices: [], choice_texts: [] }] } as unknown as DeviceType
const words = new Vocabulary(catalogue, [light], { lamp: 'light' })
const speaker: Speaker = {
  words,
  say: (one) => one?.zh ?? '',
  t: (key, values = {}) => (key === 'automations.comma' ? '、' : key === 'automations.colon' ? '：' : `[${key.replace('automations.', '')}${Object.values(values).map((one) => ` ${String(one)}`).join('')}]`),
  te: (key) => key === 'automations.field.health',
}

describe('what can be compared', () => {
  it('has comparisons and a first value that fit its kind', () => {
    expect(opsOf('switch')).toEqual(['is'])
    expect(opsOf('text')).not.toContain('over')
    expect(opsOf(undefined)).toContain('over')
    expect(firstValue(words.ofFact('hall.busy', {}), 'is')).toBe('idle')
    expect(firstValue(words.ofFact('hall.busy', {}), 'one_of')).toEqual(['idle'])
    expect(firstValue(words.ofFact('hall.waiting', {}), 'over')).toBe(0)
  })
  it('is of the kind that the chosen device says of its property', () => {
    expect(words.ofFact('devices.property', { device: 'lamp', property: 'level' })).toMatchObject({ kind: 'number', unit: '%' })
    expect(words.ofFact('devices.property', { device: 'gone', property: 'level' }).kind).toBeUndefined()
    expect(words.field('device.changed', 'values.on')?.kind).toBe('map')
    expect(words.field('device.changed', 'values')).toBeUndefined()
  })
  it('comes from the event only where every trigger brings it', () => {
    const both = [newTrigger('event', words), { kind: 'event' as const, event: 'device.changed', where: [] }]
    expect(words.commonFields(both).map(({ name }) => name)).toEqual(['stream'])
    expect(words.anyFields(both).map(({ name }) => name)).toEqual(['stream', 'service', 'health', 'values'])
    expect(words.commonFields([...both, newTrigger('time', words)])).toEqual([])
  })
})

describe('an automation that is written', () => {
  const saved = { id: 'hall.x', branch: '', ...blank(), condition: { kind: 'business_hours', value: true } } as Automation
  it('goes to the form and back as it was', () => {
    const draft = written(saved)
    expect(draft.condition).toEqual({ kind: 'all', of: [saved.condition] })
    expect(draft).not.toHaveProperty('id')
    expect(sent(draft).condition).toEqual(saved.condition)
    expect(sent(written({ ...saved, condition: null })).condition).toBeNull()
  })
  it('leaves out groups that hold nothing and values that were not given', () => {
    const empty: Condition = { kind: 'any', of: [] }
    const draft = { ...blank(), condition: { kind: 'all' as const, of: [empty, { kind: 'not' as const, of: empty }] }, actions: [{ action: 'hall.notice', parameters: { zh: '您好', minutes: '' } }] }
    expect(sent(draft)).toMatchObject({ condition: null, actions: [{ action: 'hall.notice', parameters: { zh: '您好' } }] })
  })
  it('says what is still missing', () => {
    expect(gapsOf(blank())).toEqual(['name', 'triggers', 'actions'])
    expect(gapsOf({ ...blank(), name: text('一'), triggers: [newTrigger('time', words)], actions: [newAction('devices.scene', words)] })).toEqual([])
  })
  it('begins each part with values that exist', () => {
    expect(newAction('devices.scene', words).parameters).toEqual({ scene: 'open' })
    expect(newAction('devices.set', words).parameters).toEqual({ device: 'lamp', property: 'on' })
    expect(factOf('devices.property', words)).toEqual({ fact: 'devices.property', arguments: { device: 'lamp', property: 'on' }, op: 'is', value: true })
    expect(newCondition('field', words, [newTrigger('event', words)])).toMatchObject({ field: 'stream' })
  })
  it('keeps its actions in the order that was chosen', () => {
    expect(moved(['a', 'b', 'c'], 2, -1)).toEqual(['a', 'c', 'b'])
    expect(moved(['a', 'b'], 0, -1)).toEqual(['a', 'b'])
  })
})

describe('in words', () => {
  it('a trigger says what sets it off', () => {
    expect(triggerText({ kind: 'event', event: 'device.changed', where: [{ kind: 'field', field: 'health', op: 'is', value: 'fault' }] }, speaker)).toBe('设备变了、[field.health] [op.is] fault')
    expect(triggerText({ kind: 'fact', fact: 'hall.waiting', arguments: {}, op: 'over', value: 6, for_seconds: 180 }, speaker)).toBe('等候人数 [op.over] 6 人[say.for [minutes 3]]')
    expect(triggerText({ kind: 'time', at: '08:00', days: [4, 0], business_days_only: true }, speaker)).toBe('[day.0]、[day.4] [businessDays] 08:00')
    expect(triggerText({ kind: 'hours', moment: 'opens', offset_minutes: -30 }, speaker)).toBe('[say.before [moment.opens] 30]')
    expect(triggerText({ kind: 'sun', moment: 'set', offset_minutes: 0 }, speaker)).toBe('[say.at [moment.set]]')
  })
  it('a condition says what must hold, groups in brackets', () => {
    const any: Condition = { kind: 'any', of: [{ kind: 'business_day', value: false }, { kind: 'fact', fact: 'hall.busy', arguments: {}, op: 'is', value: 'busy' }] }
    expect(conditionText({ kind: 'all', of: [{ kind: 'time_window', start: '09:00', end: '11:00' }, any] }, speaker, [])).toBe('[say.window 09:00 11:00][say.and][say.group [say.business_day_not][say.or]繁忙度 [op.is] 繁忙]')
    expect(conditionText({ kind: 'not', of: { kind: 'fact', fact: 'devices.property', arguments: { device: 'lamp', property: 'on' }, op: 'is', value: true } }, speaker, [])).toBe('[say.not [say.isSo 设备属性[say.of 大堂灯 开关]]]')
  })
  it('an action says what is done with what', () => {
    expect(actionText({ action: 'devices.scene', parameters: { scene: 'close' } }, speaker)).toBe('执行场景：打烊')
    expect(actionText({ action: 'devices.set', arguments: { device: 'lamp', property: 'level', number: 40 } }, speaker)).toBe('设置设备：大堂灯 · 亮度 · 40%')
    expect(actionText({ action: 'hall.notice', parameters: { zh: { field: 'health' }, minutes: 5 } }, speaker)).toBe('发通知：[say.fromEvent [field.health]] · 5 min')
  })
})

describe('power schedules', () => {
  const one: Schedule = { ...blankSchedule(), key: 'hall', name: { zh: '大堂', en: '' }, targets: [{ kind: 'zone', id: 'z1' }, { kind: 'device', id: 'lamp' }], days: [0, 1] }
  const asSaved = (schedule: Schedule): Automation[] =>
    (['on', 'off'] as const).flatMap((half) => {
      const draft = halvesOf(schedule)[half]
      return draft ? [{ ...draft, id: idOf(schedule.key, half), branch: 'east' } as Automation] : []
    })
  it('are two automations and are found again in them', () => {
    expect(schedulesOf(asSaved(one))).toEqual([one])
    expect(schedulesOf(asSaved({ ...one, off: '', enabled: false }))).toEqual([{ ...one, off: '', enabled: false }])
    expect(schedulesOf(asSaved({ ...one, targets: [{ kind: 'all', id: '' }] }))[0]?.targets).toEqual([{ kind: 'all', id: '' }])
  })
  it('are left alone where they say what the form cannot', () => {
    const [on, off] = asSaved(one)
    if (!on || !off) throw new Error('two halves')
    expect(schedulesOf([{ ...on, condition: { kind: 'sun_up', value: true } }, off])).toHaveLength(1)
    expect(schedulesOf([{ ...on, actions: [{ action: 'devices.scene', parameters: { scene: 'open' } }] }])).toEqual([])
    expect(schedulesOf([{ ...on, actions: [{ action: 'devices.power', parameters: { state: 'on', zone: 'z1', type: 'light' } }] }])).toEqual([])
  })
  it('name what is still missing', () => {
    expect(scheduleGaps({ ...blankSchedule(), on: '', off: '' })).toEqual(['name', 'targets', 'times'])
    expect(scheduleGaps(one)).toEqual([])
  })
})

describe('days of a branch', () => {
  const noon = Date.UTC(2026, 10, 22, 4)
  it('are those of its own clock', () => {
    expect(dayOf(noon, 'Asia/Shanghai')).toBe('2026-11-22')
    expect(dayOf(Date.UTC(2026, 10, 21, 20), 'Asia/Shanghai', -1)).toBe('2026-11-21')
    expect(shareOfDay(noon, 'Asia/Shanghai')).toBe(0.5)
  })
})
