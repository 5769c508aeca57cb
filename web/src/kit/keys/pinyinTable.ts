/** What the pinyin keyboard knows: characters by syllable and words by their readings, the most used first. */

export interface Word {
  text: string
  reading: readonly string[]
  /** 0 for the most used. */
  rank: number
}

export interface PinyinTable {
  /** The characters of each syllable. */
  characters: ReadonlyMap<string, readonly string[]>
  /** Everything a syllable may begin with, the syllables themselves too. */
  beginnings: ReadonlySet<string>
  /** Words of two characters and more, by the first letters of their syllables. */
  words: ReadonlyMap<string, readonly Word[]>
  /** How far down the list of all words a single character stands; the least used are not in it. */
  ranks: ReadonlyMap<string, number>
  /** How many words there are. */
  size: number
}

/** Typed without the dots as often as with the v that stands for ü. */
const ALSO: Readonly<Record<string, string>> = { lue: 'lve', nue: 'nve' }

export const initialsOf = (syllables: readonly string[]): string => syllables.map((one) => one.charAt(0)).join('')

/** Reads what `scripts/pinyin_table.py` wrote. */
export function readTable(text: string): PinyinTable {
  const [syllables = '', list = ''] = text.replace(/^#.*\n/gm, '').split('\n\n')
  const characters = new Map<string, readonly string[]>()
  const beginnings = new Set<string>()
  const usual = new Map<string, string>()
  for (const line of syllables.split('\n')) {
    const [syllable = '', all = ''] = line.split(' ')
    const each = Array.from(all)
    // A star says of the character before it that it is mostly read otherwise.
    for (const [at, one] of each.entries()) if (one !== '*' && each[at + 1] !== '*') usual.set(one, syllable)
    characters.set(syllable, each.filter((one) => one !== '*'))
  }
  for (const [also, syllable] of Object.entries(ALSO)) characters.set(also, characters.get(syllable) ?? [])
  for (const syllable of characters.keys()) for (let end = 1; end <= syllable.length; end++) beginnings.add(syllable.slice(0, end))

  const words = new Map<string, Word[]>()
  const ranks = new Map<string, number>()
  let rank = 0
  for (const line of list.split('\n')) {
    const [word = '', said] = line.split('/')
    if (word === '') continue
    const each = Array.from(word)
    if (each.length === 1) ranks.set(word, rank)
    else {
      const reading = said?.split(' ') ?? each.map((one) => usual.get(one) ?? '')
      const key = initialsOf(reading)
      const known = words.get(key)
      const found = { text: word, reading, rank }
      if (known) known.push(found)
      else words.set(key, [found])
    }
    rank += 1
  }
  return { characters, beginnings, words, ranks, size: rank }
}
