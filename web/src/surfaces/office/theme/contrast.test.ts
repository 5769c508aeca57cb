import { describe, expect, it } from 'vitest'
import { contrast, fromStored, toStore, weakPairs } from './contrast'

const shade = (digits: string): string => `#${digits}`
const [black, white, grey] = ['000000', 'ffffff', '777777'].map(shade) as [string, string, string]

describe('a theme', () => {
  it('is measured as WCAG says', () => {
    expect(contrast(black, white)).toBeCloseTo(21)
    expect(contrast(grey, white)).toBeCloseTo(4.48, 2)
    expect(contrast(shade('fff'), white)).toBeCloseTo(1)
    expect(contrast('teal', white)).toBeUndefined()
  })
  it('names the pairs that cannot be read', () => {
    expect(weakPairs({ ink: grey, surface: white, raised: black })).toMatchObject([{ text: 'ink', ground: 'surface', least: 4.5 }])
  })
  it('stores what differs, and never a light colour for dark screens', () => {
    const defaults = { light: { ink: black, surface: white }, dark: { ink: white, surface: black } }
    expect(toStore({ ink: grey, surface: white }, defaults.dark, defaults)).toEqual({ variables: { '--tt-ink': grey }, dark: { '--tt-ink': white } })
    expect(fromStored({ '--tt-ink': grey }, defaults.light)).toEqual({ ink: grey, surface: white })
  })
})
