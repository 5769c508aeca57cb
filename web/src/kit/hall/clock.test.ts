import { describe, expect, it } from 'vitest'
import { clockText, minutesSince, progress } from './clock'

describe('the clock of a service', () => {
  it.each([
    [-5_000, '0:00'],
    [9_400, '0:09'],
    [249_000, '4:09'],
    [3_750_000, '1:02:30'],
  ])('%i ms reads %s', (ms, text) => {
    expect(clockText(ms)).toBe(text)
  })
  it.each([
    [60_000, 0.5, 'good'],
    [130_000, 1, 'warn'],
    [200_000, 1, 'bad'],
  ] as const)('%i ms of two minutes', (ms, share, tone) => {
    expect(progress(ms, 120_000)).toMatchObject({ share, tone })
  })
  it('has no measure for a service without a standard', () => {
    expect(progress(60_000, 0)).toMatchObject({ share: 0, tone: 'good' })
  })
  it('counts whole minutes', () => {
    expect(minutesSince(119_000, 0)).toBe(1)
    expect(minutesSince(0, 5_000)).toBe(0)
  })
})
