import { describe, expect, it } from 'vitest'
import { bodyOf, isComplete, stepsOf, type Item } from './steps'

const item = (more: Partial<Item>): Item => ({ status: 'created', how: 'locker', is_trade_done: true, ...more }) as Item
const acts = (more: Partial<Item>): string[] => stepsOf(item(more)).map(({ act }) => act)

describe('the steps of an item', () => {
  it('go from stock to the cell', () => {
    expect(acts({})).toEqual(['stock'])
    expect(acts({ status: 'stocked' })).toEqual(['seal'])
    expect(acts({ status: 'sealed' })).toEqual(['load'])
    expect(acts({ status: 'ready' })).toEqual(['handOver'])
    expect(acts({ status: 'settled' })).toEqual([])
  })
  it('are others for mail, and none is posted before its trade is done', () => {
    expect(acts({ how: 'mail', status: 'sealed' })).toEqual(['post'])
    expect(acts({ how: 'mail', status: 'sealed', is_trade_done: false })).toEqual(['trade'])
  })
  it('ask for the seal again before a cell opens', () => {
    const [load] = stepsOf(item({ status: 'sealed' }))
    if (!load) throw new Error('no step')
    expect(isComplete(load, { cabinet: 'c' })).toBe(false)
    expect(bodyOf(load, { cabinet: 'c', sealAgain: ' S1 ' })).toEqual({ device: 'c', seal: 'S1' })
  })
  it('send a second person only where one is named', () => {
    const [load] = stepsOf(item({ status: 'sealed' }))
    if (!load) throw new Error('no step')
    expect(bodyOf(load, { cabinet: 'c', sealAgain: 'S1', witness: ' li ', password: 'x ' })).toEqual({ device: 'c', seal: 'S1', witness: 'li', password: 'x ' })
    const [back] = stepsOf(item({ status: 'expired' }))
    if (!back) throw new Error('no step')
    expect(bodyOf(back, {})).toEqual({})
    expect(isComplete(back, {})).toBe(true)
  })
  it('take numbers apart', () => {
    const [stock] = stepsOf(item({}))
    if (!stock) throw new Error('no step')
    expect(bodyOf(stock, { numbers: 'A1，A2 A3' })).toEqual({ numbers: ['A1', 'A2', 'A3'] })
    expect(isComplete(stock, {})).toBe(true)
  })
})
