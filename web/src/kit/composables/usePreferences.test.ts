import { expect, it } from 'vitest'
import { fromAddress, valid } from './usePreferences'

it('takes only preferences and values it knows', () => {
  expect(valid({ language: 'xx', largeType: 'yes', theme: 'dark', highContrast: true, other: 1 })).toEqual({
    theme: 'dark',
    highContrast: true,
  })
  expect(fromAddress('?lang=en&type=large&theme=neon')).toEqual({ language: 'en', largeType: true })
  expect(fromAddress('')).toEqual({})
})
