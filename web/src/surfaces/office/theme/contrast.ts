/** Contrast of two colours after WCAG 2.2, and which pairs of a theme must have how much. Pure. */
export type Colours = Readonly<Record<string, string>>

/** `#rgb` as `#rrggbb`, which is what colour fields take; anything else as it is. */
export const sixDigits = (colour: string): string => colour.trim().replace(/^#([0-9a-f])([0-9a-f])([0-9a-f])$/i, '#$1$1$2$2$3$3')

/** `#rgb` or `#rrggbb` as three parts of 0 to 1; undefined for anything else. */
function parts(colour: string): number[] | undefined {
  const digits = /^#([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})$/i.exec(sixDigits(colour))?.slice(1)
  return digits?.map((one) => parseInt(one, 16) / 255)
}

/** Relative luminance: 0 is black, 1 is white. */
function luminance(channels: readonly number[]): number {
  const [r = 0, g = 0, b = 0] = channels.map((one) => (one <= 0.04045 ? one / 12.92 : ((one + 0.055) / 1.055) ** 2.4))
  return 0.2126 * r + 0.7152 * g + 0.0722 * b
}

/** From 1 to 21; undefined where a colour cannot be read. */
export function contrast(one: string, other: string): number | undefined {
  const [a, b] = [parts(one), parts(other)]
  if (!a || !b) return undefined
  const [dark = 0, light = 0] = [luminance(a), luminance(b)].sort((x, y) => x - y)
  return (light + 0.05) / (dark + 0.05)
}

export interface Pair { text: string; ground: string; least: number }
const TEXT_LEAST = 4.5
const PART_LEAST = 3
export const PAIRS: readonly Pair[] = [
  ...['ink', 'muted', 'accent', 'good', 'warn', 'bad'].flatMap((text) => ['surface', 'raised'].map((ground) => ({ text, ground, least: TEXT_LEAST }))),
  { text: 'accent-ink', ground: 'accent', least: TEXT_LEAST },
  { text: 'ink', ground: 'accent-soft', least: TEXT_LEAST },
  { text: 'accent', ground: 'accent-soft', least: TEXT_LEAST },
  { text: 'vip-ink', ground: 'vip-fill', least: TEXT_LEAST },
  { text: 'line-strong', ground: 'surface', least: PART_LEAST },
  { text: 'line-strong', ground: 'raised', least: PART_LEAST },
]

export interface Weak extends Pair { has: number }
/** The pairs that cannot be read well enough. */
export const weakPairs = (colours: Colours): Weak[] =>
  PAIRS.flatMap((pair) => {
    const has = contrast(colours[pair.text] ?? '', colours[pair.ground] ?? '')
    return has !== undefined && has < pair.least ? [{ ...pair, has }] : []
  })

/** What a theme must say: where it changes a colour for light screens, dark ones need their own too. */
export function toStore(light: Colours, dark: Colours, defaults: { light: Colours; dark: Colours }): { variables: Colours; dark: Colours } {
  const changed = (mine: Colours, usual: Colours): string[] => Object.keys(usual).filter((name) => mine[name] !== undefined && mine[name] !== usual[name])
  const lights = changed(light, defaults.light)
  const darks = [...new Set([...lights, ...changed(dark, defaults.dark)])]
  const named = (names: readonly string[], from: Colours, usual: Colours): Colours => Object.fromEntries(names.map((name) => [`--tt-${name}`, from[name] ?? usual[name] ?? '']))
  return { variables: named(lights, light, defaults.light), dark: named(darks, dark, defaults.dark) }
}

/** The colours of a stored theme, over the usual ones. */
export const fromStored = (variables: Colours, usual: Colours): Record<string, string> =>
  Object.fromEntries(Object.entries(usual).map(([name, value]) => [name, variables[`--tt-${name}`] ?? value]))
