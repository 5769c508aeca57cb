import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'

const read = (path: string): string => readFileSync(join(import.meta.dirname, path), 'utf8').replace(/\/\*[\s\S]*?\*\//g, '')

/** The variables that a stylesheet sets under a selector that holds `selector`. */
function variablesUnder(css: string, selector: string): Map<string, string> {
  const found = new Map<string, string>()
  for (const [, selectors, body] of css.matchAll(/([^{}]+)\{([^{}]*)\}/g)) {
    if (!selectors?.split(',').some((one) => one.trim() === selector)) continue
    for (const [, name, value] of (body ?? '').matchAll(/--tt-([\w-]+):\s*([^;]+);/g)) found.set(name ?? '', (value ?? '').replace('!important', '').trim())
  }
  return found
}

/** Relative luminance of WCAG 2.2 of a `#rrggbb` colour. */
function luminance(colour: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
    const channel = parseInt(colour.slice(at, at + 2), 16) / 255
    return channel <= 0.04045 ? channel / 12.92 : ((channel + 0.055) / 1.055) ** 2.4
  })
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue
}
function contrast(one: string, other: string): number {
  const [dark = 0, light = 0] = [luminance(one), luminance(other)].sort((a, b) => a - b)
  return (light + 0.05) / (dark + 0.05)
}

const tokens = read('tokens.css')
const harbour = read('../../../public/themes/harbour.css')
const look = (theme: string, ...more: Map<string, string>[]): Map<string, string> =>
  new Map([...variablesUnder(tokens, `[data-theme='${theme}']`), ...more.flatMap((each) => [...each])])

const LOOKS: Record<string, Map<string, string>> = {
  light: look('light'),
  dark: look('dark'),
  'high contrast light': look('light', variablesUnder(tokens, "[data-contrast='high'][data-theme='light']")),
  'high contrast dark': look('dark', variablesUnder(tokens, "[data-contrast='high'][data-theme='dark']")),
  'harbour light': look('light', variablesUnder(harbour, "[data-theme='light']")),
  'harbour dark': look('dark', variablesUnder(harbour, "[data-theme='dark']")),
  'high contrast harbour': look('light', variablesUnder(harbour, "[data-theme='light']"), variablesUnder(tokens, "[data-contrast='high'][data-theme='light']")),
}

const TONES = ['accent', 'good', 'warn', 'bad', 'care', 'vip']
const TEXT: [text: string, ground: string][] = [
  ...['ink', 'muted', ...TONES].flatMap((text) => [[text, 'surface'], [text, 'raised']] as [string, string][]),
  ['ink', 'sunken'],
  ['muted', 'sunken'],
  ...TONES.flatMap((tone) => [[tone, `${tone}-soft`], ['ink', `${tone}-soft`]] as [string, string][]),
  ...TONES.filter((tone) => tone !== 'vip').map((tone) => [`${tone}-ink`, tone] as [string, string]),
  ['accent-ink', 'accent-strong'],
  ['muted', 'accent-soft'],
  ['vip-ink', 'vip-fill'],
]
const PARTS: [part: string, ground: string][] = [
  ['line-strong', 'surface'],
  ['line-strong', 'raised'],
  ['focus', 'surface'],
  ['focus', 'raised'],
  ...[1, 2, 3, 4, 6].map((number) => [`series-${String(number)}`, 'raised'] as [string, string]),
]

describe.each(Object.entries(LOOKS))('the %s look', (_name, variables) => {
  const ratio = (one: string, other: string): number => {
    const [first, second] = [variables.get(one), variables.get(other)]
    if (!first || !second) throw new Error(`no token ${first ? other : one}`)
    return contrast(first, second)
  }
  it.each(TEXT)('%s on %s is readable: 4.5:1', (text, ground) => {
    expect(ratio(text, ground)).toBeGreaterThanOrEqual(4.5)
  })
  it.each(PARTS)('%s on %s can be told: 3:1', (part, ground) => {
    expect(ratio(part, ground)).toBeGreaterThanOrEqual(3)
  })
})

describe('the sizes', () => {
  // The smallest text of each surface, in design pixels, as docs ask for it: read where it is read.
  it.each([['phone', 14], ['pad', 15], ['counter', 14], ['kiosk', 24], ['board', 48], ['wall', 40]])('%s writes nothing below %i', (surface, least) => {
    const own = variablesUnder(tokens, `[data-surface='${surface}']`)
    const sizes = ['caption', 'body', 'lead', 'title', 'headline', 'display', 'hero'].map((role) =>
      Number(own.get(`${role}-n`) ?? variablesUnder(tokens, '[data-surface]').get(`${role}-n`)),
    )
    expect(Math.min(...sizes)).toBeGreaterThanOrEqual(least)
    expect(sizes).toEqual([...sizes].sort((a, b) => a - b))
  })
  it.each([['phone', 48], ['pad', 48], ['kiosk', 88]])('%s targets are at least %i', (surface, least) => {
    expect(Number(variablesUnder(tokens, `[data-surface='${surface}']`).get('target-n'))).toBeGreaterThanOrEqual(least)
  })
  it('a kiosk in large type writes nothing below 36', () => {
    const large = variablesUnder(tokens, "[data-type='large'][data-surface='kiosk']")
    const caption = Number(variablesUnder(tokens, "[data-surface='kiosk']").get('caption-n'))
    expect(caption * Number(large.get('type-scale'))).toBeGreaterThanOrEqual(36)
  })
})
