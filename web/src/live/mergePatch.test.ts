import { describe, expect, it } from 'vitest'
import { mergePatch, type Json } from './mergePatch'

describe('mergePatch', () => {
  // The table of appendix A of RFC 7396.
  const table: [target: Json, patch: Json, result: Json][] = [
    [{ a: 'b' }, { a: 'c' }, { a: 'c' }],
    [{ a: 'b' }, { b: 'c' }, { a: 'b', b: 'c' }],
    [{ a: 'b' }, { a: null }, {}],
    [{ a: 'b', b: 'c' }, { a: null }, { b: 'c' }],
    [{ a: ['b'] }, { a: 'c' }, { a: 'c' }],
    [{ a: 'c' }, { a: ['b'] }, { a: ['b'] }],
    [{ a: { b: 'c' } }, { a: { b: 'd', c: null } }, { a: { b: 'd' } }],
    [{ a: [{ b: 'c' }] }, { a: [1] }, { a: [1] }],
    [['a', 'b'], ['c', 'd'], ['c', 'd']],
    [{ a: 'b' }, ['c'], ['c']],
    [{ a: 'foo' }, null, null],
    [{ a: 'foo' }, 'bar', 'bar'],
    [{ e: null }, { a: 1 }, { e: null, a: 1 }],
    [[1, 2], { a: 'b', c: null }, { a: 'b' }],
    [{}, { a: { bb: { ccc: null } } }, { a: { bb: {} } }],
  ]
  it.each(table)('%j with %j is %j', (target, patch, result) => {
    expect(mergePatch(target, patch)).toEqual(result)
  })

  it('changes nothing in place and keeps what the patch does not touch', () => {
    const before = { queue: { waiting: 3 }, windows: { one: 'open' } }
    const after = mergePatch(before, { queue: { waiting: 2 } }) as typeof before
    expect(before.queue.waiting).toBe(3)
    expect(after.queue.waiting).toBe(2)
    expect(after.windows).toBe(before.windows)
  })

  it('treats __proto__ as a name like any other', () => {
    const after = mergePatch({}, JSON.parse('{"__proto__": {"isAdmin": true}}') as Json)
    expect((after as Record<string, unknown>)['isAdmin']).toBeUndefined()
    expect(({} as Record<string, unknown>)['isAdmin']).toBeUndefined()
  })
})
