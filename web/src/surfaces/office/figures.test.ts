import { describe, expect, it } from 'vitest'
import { minutes, percent, rate } from './figures'

describe('figures', () => {
  it('shows tenths of a minute only below ten', () => {
    expect([minutes(90_000), minutes(660_000)]).toEqual(['1.5', '11'])
  })
  it('shows small shares with a tenth, and nothing where nothing was counted', () => {
    expect([percent(0.034), percent(0.92), percent(0)]).toEqual(['3.4 %', '92 %', '0 %'])
    expect(rate({ part: 0, whole: 0 })).toBeUndefined()
    expect(rate({ part: 1, whole: 4 })).toBe('25 %')
  })
})
