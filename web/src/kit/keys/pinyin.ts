/**
 * From letters to characters: `zhongguoyinhang`, `zgyh` and `zhonggyh` are all 中国银行. Letters are cut into
 * syllables, or what syllables begin with; words that fit are offered, the longest and most used first, then
 * the characters of the first syllable. Where no word fits all letters, the likeliest row of words comes first.
 * How likely a word is follows from its place in the list (Zipf's law): its cost is the logarithm of its rank.
 * Pure.
 */
import { initialsOf, type PinyinTable, type Word } from './pinyinTable'

export interface Candidate {
  text: string
  /** How many of the letters it stands for. */
  used: number
}

interface Piece {
  text: string
  isWhole: boolean
  /** Where it ends in the letters. */
  end: number
}
interface Cut {
  pieces: readonly Piece[]
  cost: number
}

export const LETTERS_MAX = 40
const CANDIDATES_MAX = 120
/** Ways to cut that are kept at each letter. */
const CUTS_MAX = 4
const WORD_LENGTH_MAX = 5
const SYLLABLE_LENGTH_MAX = 6
/** What is only begun is less likely meant than a whole syllable; least of all amid others. */
const COST = { whole: 1, begunLast: 1.5, begun: 2 } as const
/** What one more piece costs, beside the logarithms of ranks. */
const PIECE_COST = 1.5
/** What one more word in a row costs: longer words are likelier than what is put together. */
const WORD_COST = 3
/** Words of one reading that are looked at for a row: the most used is the likeliest. */
const WORDS_MAX = 40

/** The cheapest ways to cut letters into syllables; none where they cannot be. An apostrophe parts syllables. */
export function cutsOf(table: PinyinTable, letters: string): readonly Cut[] {
  const best: Cut[][] = Array.from({ length: letters.length + 1 }, () => [])
  best[0] = [{ pieces: [], cost: 0 }]
  for (let at = 0; at < letters.length; at++) {
    const before = best[at] ?? []
    if (before.length === 0) continue
    if (letters[at] === "'") {
      best[at + 1] = keep([...(best[at + 1] ?? []), ...before])
      continue
    }
    for (let end = at + 1; end <= Math.min(at + SYLLABLE_LENGTH_MAX, letters.length); end++) {
      const text = letters.slice(at, end)
      if (!table.beginnings.has(text)) break
      const isWhole = table.characters.has(text)
      const isLast = end === letters.length
      // Amid other syllables only their first sounds stand for them.
      if (!isWhole && !isLast && !/^([^aeiouv]|[zcs]h)$/.test(text)) continue
      const cost = isWhole ? COST.whole : isLast ? COST.begunLast : COST.begun
      best[end] = keep([...(best[end] ?? []), ...before.map((cut) => ({ pieces: [...cut.pieces, { text, isWhole, end }], cost: cut.cost + cost }))])
    }
  }
  const found = best[letters.length] ?? []
  // Where whole syllables make up the letters, nobody means first letters.
  const whole = found.filter(({ pieces }) => pieces.every(({ isWhole }) => isWhole))
  return whole.length > 0 ? whole : found
}
const keep = (cuts: Cut[]): Cut[] => cuts.sort((a, b) => a.cost - b.cost).slice(0, CUTS_MAX)

const fits = ({ reading }: Word, pieces: readonly Piece[]): boolean =>
  pieces.every((piece, at) => (piece.isWhole ? reading[at] === wholeOf(piece.text) : (reading[at] ?? '').startsWith(piece.text)))
const wholeOf = (text: string): string => (text === 'lue' ? 'lve' : text === 'nue' ? 'nve' : text)

/** The words that are read as these pieces, the most used first. */
function wordsOf(table: PinyinTable, pieces: readonly Piece[]): readonly Word[] {
  const found: Word[] = []
  for (const word of table.words.get(initialsOf(pieces.map(({ text }) => text))) ?? []) {
    if (fits(word, pieces)) found.push(word)
    if (found.length === WORDS_MAX) break
  }
  return found
}

/** The characters of a piece with their ranks; one that is in no list stands behind all that are. */
function charactersOf(table: PinyinTable, piece: Piece): readonly { text: string; rank: number }[] {
  const ranked = (syllable: string): { text: string; rank: number }[] =>
    (table.characters.get(syllable) ?? []).map((text, at) => ({ text, rank: table.ranks.get(text) ?? table.size + at }))
  if (piece.isWhole) {
    // Their order within the syllable counts: of a character with several readings the list knows only one rank.
    let least = 0
    return ranked(piece.text).map(({ text, rank }) => ({ text, rank: (least = Math.max(least, rank)) }))
  }
  const begun = [...table.characters.keys()].filter((one) => one.startsWith(piece.text)).flatMap(ranked)
  return begun.sort((a, b) => a.rank - b.rank)
}

const costOf = (rank: number): number => Math.log(rank + 2)

/** The likeliest row of words for all pieces of a cut. */
function rowOf(table: PinyinTable, { pieces, cost }: Cut): { text: string; cost: number } {
  const best: ({ text: string; cost: number } | undefined)[] = [{ text: '', cost: PIECE_COST * cost }]
  for (let at = 0; at < pieces.length; at++) {
    const before = best[at]
    if (!before) continue
    for (let end = at + 1; end <= Math.min(at + WORD_LENGTH_MAX, pieces.length); end++) {
      const part = pieces.slice(at, end)
      const [first] = end === at + 1 ? charactersOf(table, part[0] as Piece) : wordsOf(table, part)
      if (!first) continue
      const next = before.cost + costOf(first.rank) + WORD_COST
      const known = best[end]
      if (!known || next < known.cost) best[end] = { text: before.text + first.text, cost: next }
    }
  }
  return best[pieces.length] ?? { text: '', cost: Infinity }
}

/** What the letters may stand for, the likeliest first; each text once. */
export function candidatesOf(table: PinyinTable, letters: string): readonly Candidate[] {
  const cuts = cutsOf(table, letters)
  const found: (Candidate & { cost: number })[] = []
  for (const cut of cuts) {
    const { pieces } = cut
    for (let count = Math.min(WORD_LENGTH_MAX, pieces.length); count >= 2; count--) {
      const part = pieces.slice(0, count)
      const used = part.at(-1)?.end ?? 0
      for (const { text, rank } of wordsOf(table, part)) found.push({ text, used, cost: costOf(rank) + PIECE_COST * cut.cost })
    }
    const [first] = pieces
    if (first) for (const { text, rank } of charactersOf(table, first)) found.push({ text, used: first.end, cost: costOf(rank) + PIECE_COST * cut.cost })
  }
  found.sort((a, b) => b.used - a.used || a.cost - b.cost)
  if (cuts.some(({ pieces }) => pieces.length > 1) && found[0]?.used !== letters.length) {
    const row = cuts.map((cut) => rowOf(table, cut)).reduce((a, b) => (b.cost < a.cost ? b : a))
    if (row.text !== '') found.unshift({ ...row, used: letters.length })
  }
  const seen = new Set<string>()
  return found.filter(({ text }) => !seen.has(text) && seen.add(text)).slice(0, CANDIDATES_MAX).map(({ text, used }) => ({ text, used }))
}
