import { describe, expect, it } from 'vitest'
import { ALL_THERE, cannotPrint, cannotScan, missingFor, type DeviceHere } from './machine'

const lack = { why: 'off' as const, parts: [{ zh: '读卡器', en: 'Card reader' }] }
const here = (...needs: string[]): DeviceHere => ({ lacks: Object.fromEntries(needs.map((need) => [need, lack])), paused: false })
const cash = { channels: ['counter', 'self_service'] as ('counter' | 'self_service')[], needs: ['card', 'cash'] }

describe('what a machine cannot do', () => {
  it('is what its service needs and it lacks', () => {
    expect(missingFor(cash, ALL_THERE)).toBeNull()
    expect(missingFor(cash, here('cash', 'bill'))).toEqual(['cash'])
    expect(missingFor(cash, here('bill'))).toBeNull()
  })
  it('is nothing where a service is never done at machines', () => {
    expect(missingFor({ channels: ['counter'], needs: ['cash'] }, here('cash'))).toBeNull()
  })
  it('is everything while it is paused', () => {
    expect(missingFor(cash, { lacks: {}, paused: true })).toEqual([])
  })
  it('may be printing or scanning', () => {
    expect([cannotPrint(here('receipt')), cannotPrint(here('ticket')), cannotPrint(here('code'))]).toEqual([true, true, false])
    expect([cannotScan(here('code')), cannotScan(ALL_THERE)]).toEqual([true, false])
  })
})
