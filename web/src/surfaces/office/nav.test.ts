import { describe, expect, it } from 'vitest'
import { GROUPS, groupOf, groupsFor, isAt } from './nav'

describe('the pages of the office', () => {
  it('are there for who may see them, and no group is empty', () => {
    const teller = groupsFor((permission) => ['org.see', 'guide.see', 'session.own'].includes(permission))
    expect(teller.map(({ name }) => name)).toEqual(['branches', 'business', 'system'])
    expect(teller.flatMap(({ pages }) => pages).some(({ name }) => name === 'people')).toBe(false)
  })
  it('know which group a path belongs to', () => {
    expect(groupOf(GROUPS, '/rules/hall')?.name).toBe('rules')
    expect(groupOf(GROUPS, '/')?.name).toBe('branches')
    expect(isAt('/', '/rules')).toBe(false)
    expect(isAt('/plan', '/planet')).toBe(false)
  })
})
