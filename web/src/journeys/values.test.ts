import { describe, expect, it } from 'vitest'
import type { FieldKind, JourneyField } from './types'
import { asDate, cleaned, keysOf, shownYuan, startOf, wireOf, yuanOf } from './values'

const field = (kind: FieldKind, value: JourneyField['value'] = null): JourneyField => ({
  name: 'f', kind, label: { zh: '甲', en: 'A' }, hint: { zh: '', en: '' }, required: true, options: [], value, least: null, most: null, pattern: '', length_max: 20, is_secret: false,
})

describe('what is typed', () => {
  it.each<[FieldKind, string, string]>([
    ['amount', '1,234.567', '1234.56'],
    ['amount', '.5', '0.5'],
    ['amount', '007', '7'],
    ['amount', '12..3', '12.3'],
    ['phone', '138 0013 80001', '13800138000'],
    ['id_number', '11010519491231002x', '11010519491231002X'],
    ['digits', 'a1b2', '12'],
    ['number', '-1x2', '-12'],
    ['text', '王小明', '王小明'],
  ])('%s %s is kept as %s', (kind, typed, kept) => {
    expect(cleaned(kind, typed, 20)).toBe(kept)
  })
  it('becomes a date as it grows', () => {
    expect(['2026', '20261', '20261122', '2026-11-229'].map(asDate)).toEqual(['2026', '2026-1', '2026-11-22', '2026-11-22'])
  })
  it('has its own keys', () => {
    expect((['phone', 'amount', 'id_number', 'date', 'address', 'choice', 'photo'] as const).map(keysOf)).toEqual(['digits', 'amount', 'id', 'date', 'letters', null, null])
  })
})

describe('what is sent', () => {
  it.each<[FieldKind, Parameters<typeof wireOf>[1], unknown]>([
    ['amount', '1234.56', 123456],
    ['amount', '0.29', 29],
    ['amount', '', null],
    ['number', '12', 12],
    ['number', '-', '-'],
    ['choice', 0, 0],
    ['choice', false, false],
    ['choice', '', null],
    ['choices', ['a'], ['a']],
    ['choices', [], null],
    ['yes', true, true],
    ['yes', false, null],
    ['text', '  王 ', '王'],
  ])('%s %j is %j', (kind, entered, sent) => {
    expect(wireOf(kind, entered)).toEqual(sent)
  })
  it('comes back as it was typed', () => {
    expect(startOf(field('amount', 123456))).toBe('1234.56')
    expect(yuanOf(500)).toBe('5')
    expect(shownYuan(123456705)).toBe('1,234,567.05')
    expect(startOf(field('choices', ['a']))).toEqual(['a'])
    expect(startOf(field('yes', true))).toBe(true)
    expect(startOf(field('choice', 7))).toBe(7)
    expect(startOf(field('text'))).toBe('')
  })
})
