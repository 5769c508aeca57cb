import { describe, expect, it } from 'vitest'
import { GROUPS, groupOf, groupsFor, isAt, offAt, type Switched } from './nav'

const ALL: Switched = { here: () => true, anywhere: () => true }
const OFF_HERE: Switched = { here: () => false, anywhere: () => true }
const OFF: Switched = { here: () => false, anywhere: () => false }

describe('the pages of the office', () => {
  it('are there for who may see them, and no group is empty', () => {
    const teller = groupsFor((permission) => ['org.see', 'guide.see', 'session.own'].includes(permission), ALL)
    expect(teller.map(({ name }) => name)).toEqual(['branches', 'business', 'system'])
    expect(teller.flatMap(({ pages }) => pages).some(({ name }) => name === 'people')).toBe(false)
  })
  it('know which group a path belongs to', () => {
    expect(groupOf(GROUPS, '/rules/hall')?.name).toBe('rules')
    expect(groupOf(GROUPS, '/')?.name).toBe('branches')
    expect(isAt('/', '/rules')).toBe(false)
    expect(isAt('/plan', '/planet')).toBe(false)
  })
  it('leave out what the branch has not switched on', () => {
    const devices = (switched: Switched): string[] => groupsFor(() => true, switched).find(({ name }) => name === 'devices')?.pages.map(({ name }) => name) ?? []
    expect(devices(ALL)).toContain('automations')
    expect(devices(OFF_HERE)).toEqual(['fleet', 'deviceTypes'])
    expect(devices(OFF)).toEqual([])
    expect(offAt('/automations/own.1', OFF_HERE)?.name).toBe('devices')
    expect(offAt('/devices', ALL)).toBeUndefined()
    expect(offAt('/fleet', OFF_HERE)).toBeUndefined()
    expect(offAt('/people', OFF)).toBeUndefined()
  })
})
