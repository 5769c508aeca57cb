import { describe, expect, it } from 'vitest'
import { blank, bodyOf, draftOf, faultsOf, needsOffered, refusedField, split, type Service } from './draft'

const whole: Service = {
  id: 'svc.cash', code: 'cash', name: { zh: '现金', en: 'Cash' }, group: { zh: '现金类', en: 'Cash' }, audience: 'corporate', prefix: 'B', standard_ms: 90_000, quota: 7,
  materials: [{ zh: '身份证', en: 'ID card' }], steps: [{ zh: '取号', en: '' }], channels: ['counter', 'self_service'], levels: ['high'], skills: ['cash'],
  care: [{ need: 'elder', help: { zh: '陪同', en: '' }, home_visit: true }], bookable: false, words: ['取钱', '存钱'], needs: ['card'], active: false,
}

describe('a service in its form', () => {
  it('is sent back whole as it was', () => {
    expect(bodyOf(draftOf(whole), whole.id)).toEqual(whole)
    expect(faultsOf(draftOf(whole))).toEqual([])
  })
  it('begins with what is missing', () => {
    expect(faultsOf(blank())).toEqual(['code', 'name', 'group'])
  })
  it('says which fields are wrong', () => {
    const wrong = { ...draftOf(whole), code: '现金', prefix: 'b', minutes: '', quota: '1.5', channels: [], skills: ['a b'], materials: [{ zh: '', en: 'only English' }], care: [{ need: 'child' as const, help: { zh: ' ', en: '' }, home_visit: false }] }
    expect(faultsOf(wrong)).toEqual(['code', 'prefix', 'standard', 'quota', 'channels', 'skills', 'materials', 'care'])
    expect(faultsOf({ ...draftOf(whole), levels: [], minutes: '241' })).toEqual(['standard', 'levels'])
    expect(faultsOf({ ...draftOf(whole), levels: [], channels: ['online'], minutes: '0.1' })).toEqual(['standard'])
  })
  it('leaves empty lines out, takes all commas and keeps the order of channels', () => {
    const sent = bodyOf({ ...draftOf(whole), materials: [{ zh: ' ', en: '' }, { zh: ' 银行卡 ', en: '' }], words: '取钱, 提现、取钱，', channels: ['online', 'counter'], moreSkills: 'fx, cash' }, 'x')
    expect(sent.materials).toEqual([{ zh: '银行卡', en: '' }])
    expect(sent.words).toEqual(['取钱', '提现'])
    expect(sent.channels).toEqual(['counter', 'online'])
    expect(sent.skills).toEqual(['cash', 'fx'])
    expect(split('')).toEqual([])
  })
})

it('a refusal is told at the field it is about', () => {
  expect(refusedField({ code: 'code_taken', message: '' })).toBe('code')
  expect(refusedField({ code: 'bad_input', message: 'Expected `str` - at `$.care[0].help`' })).toBe('care')
  expect(refusedField({ code: 'bad_input', message: 'Expected `int` >= 10000 - at `$.standard_ms`' })).toBe('standard')
  expect(refusedField({ code: 'busy', message: 'Too busy' })).toBeUndefined()
})

it('what machines can be asked for comes from the parts of device types, each part named once', () => {
  const reader = { text: { zh: '读卡器' }, needed_for: ['card'] }
  const offered = needsOffered([{ modules: [reader, { text: { zh: '密码键盘' }, needed_for: ['card'] }] }, { modules: [reader, { text: { zh: '灯' } }] }, {}])
  expect([...offered]).toEqual([['card', [{ zh: '读卡器' }, { zh: '密码键盘' }]]])
})
