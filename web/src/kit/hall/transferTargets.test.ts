import { describe, expect, it } from 'vitest'
import type { HallView, PadCounter } from '@/live/hall'
import { counterTargets, staffTargets } from './transferTargets'

const counter = (sign: string, change: Partial<PadCounter> = {}): PadCounter => ({
  sign, zone: 'z', high: true, state: 'open', staff: `s${sign}`, staff_name: `柜员${sign}`, ticket: '', number: '',
  since_ms: 0, pause_reason: '', served: 0, services: ['cash'], could: [], ...change,
})
const hall = {
  counters: {
    own: counter('1'),
    far: counter('10'),
    near: counter('2', { state: 'paused' }),
    shut: counter('3', { state: 'closed', staff: '', staff_name: '' }),
    loans: counter('4', { services: ['loan'] }),
  },
} as unknown as HallView
const ticket = { service: 'cash', counter: 'own' }

describe('where a ticket may go', () => {
  it('is a staffed counter that does the service, in the order of the signs', () => {
    expect(counterTargets(hall, ticket).map(({ sign }) => sign)).toEqual(['2', '10'])
  })
  it('is a person at such a counter, not the one who has it', () => {
    expect(staffTargets(hall, ticket).map(({ name }) => name)).toEqual(['柜员10', '柜员2'])
  })
})
