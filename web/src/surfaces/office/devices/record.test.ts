import { describe, expect, it } from 'vitest'
import { isWithin } from '@/kit/floor'
import type { Device } from '@/live/devices'
import { bodyOf, rounded, warrantyOf, zoneAt } from './record'

describe('a registered device', () => {
  it('is sent back as it was, without its branch', () => {
    const device = { id: 'lamp-1', branch: 'east', type: 'light', name: { zh: '灯', en: 'Lamp' }, zone: 'hall', spot: { floor: 2, x: 1, y: 2 }, active: true } as Device
    expect(bodyOf(device)).toMatchObject({ id: 'lamp-1', type: 'light', name: '灯', name_en: 'Lamp', zone: 'hall', spot: { floor: 2, x: 1, y: 2 }, active: true })
    expect(bodyOf(device)).not.toHaveProperty('branch')
  })
  it('has a warranty that is over, ends soon, or neither', () => {
    expect(['', '2030-01-30', '2030-01-31', '2030-03-31', '2031-01-01'].map((until) => warrantyOf(until, '2030-01-31'))).toEqual(['none', 'over', 'soon', 'soon', 'valid'])
  })
})

describe('a spot', () => {
  const room = [[0, 0], [4, 0], [4, 3], [0, 3]] as const
  it('lies in the zone around it', () => {
    expect(isWithin([1, 1], room)).toBe(true)
    expect(isWithin([5, 1], room)).toBe(false)
    const plan = { name: '', floors: [{ id: '1', name: '', outline: [], zones: [{ id: 'hall', name: '', polygon: room }] }] }
    expect(zoneAt(plan, '1', [1, 1])).toBe('hall')
    expect(zoneAt(plan, '1', [9, 9])).toBe('')
    expect(zoneAt(plan, '2', [1, 1])).toBe('')
  })
  it('is kept to a decimetre', () => {
    expect(rounded(3.14159)).toBe(3.1)
  })
})
