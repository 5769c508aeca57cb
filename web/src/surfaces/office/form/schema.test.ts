import { describe, expect, it } from 'vitest'
import { alternatives, blank, chosen, isNullable, kindOf, resolve, type Schema } from './schema'

const defs: Record<string, Schema> = {
  First: { type: 'object', properties: { policy: { enum: ['first_come'] } }, required: ['policy'] },
  Strict: { type: 'object', properties: { policy: { enum: ['strict'] }, order: { type: 'array', items: { enum: ['a', 'b'] }, default: ['a'] } } },
}

describe('a settings schema', () => {
  it('follows references and keeps the default given beside them', () => {
    expect(resolve({ $ref: '#/$defs/First', default: { policy: 'first_come' } }, defs)).toMatchObject({ type: 'object', default: { policy: 'first_come' } })
  })
  it('tells kinds apart', () => {
    expect(kindOf({ type: 'integer' })).toBe('number')
    expect(kindOf({ enum: ['a', 'b'] })).toBe('choice')
    expect(kindOf({ enum: ['a'] })).toBe('fixed')
    expect(kindOf({ type: 'object', additionalProperties: { type: 'number' } })).toBe('map')
    expect(kindOf({ anyOf: [{ type: 'null' }, { type: 'boolean' }] })).toBe('union')
    expect(isNullable({ anyOf: [{ type: 'null' }, { type: 'boolean' }] })).toBe(true)
  })
  it('finds which alternative a value is by its tag', () => {
    const options = alternatives({ anyOf: [{ $ref: '#/$defs/First' }, { $ref: '#/$defs/Strict' }] }, defs)
    expect(chosen({ policy: 'strict', order: [] }, options)).toBe(1)
    expect(chosen({ policy: 'first_come' }, options)).toBe(0)
    expect(chosen({ policy: 'other' }, options)).toBe(-1)
  })
  it('begins new entries with defaults', () => {
    expect(blank({ $ref: '#/$defs/Strict' }, defs)).toEqual({ policy: 'strict', order: ['a'] })
    expect(blank({ type: 'integer', minimum: 5 }, defs)).toBe(5)
    expect(blank({ anyOf: [{ type: 'null' }, { type: 'boolean' }] }, defs)).toBeNull()
  })
})
