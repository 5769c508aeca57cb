/** Figures of a clearing: pieces, and of cash how many of each denomination; money is in hundredths. */
import type { components } from '@/api/schema'

export const DENOMINATIONS = [10_000, 5_000, 2_000, 1_000, 500, 100, 50, 10] as const
const isCash = (name: string): boolean => name.startsWith('cash:')
const PIECES = /^\d{1,6}$/

/** What was typed for the notes of a currency; left empty there are none. Null where something is no number. */
export function notesOf(name: string, typed: Readonly<Record<string, string>>): Record<string, number> | null {
  const found: Record<string, number> = {}
  for (const value of DENOMINATIONS) {
    const text = (typed[`${name}/${String(value)}`] ?? '').trim()
    if (text !== '' && !PIECES.test(text)) return null
    if (Number(text) > 0) found[value] = Number(text)
  }
  return found
}

/** What the typed notes come to; null where something is no number. */
export function amountsOf(name: string, typed: Readonly<Record<string, string>>): number | null {
  const notes = notesOf(name, typed)
  return notes && Object.entries(notes).reduce((sum, [value, pieces]) => sum + Number(value) * pieces, 0)
}

/** What is sent; null where something is missing or no number. */
export function counted(names: readonly string[], typed: Readonly<Record<string, string>>): Required<components['schemas']['CountRequest']> | null {
  const counts: Record<string, number> = {}
  const pieces: Record<string, Record<string, number>> = {}
  for (const name of names) {
    if (isCash(name)) {
      const notes = notesOf(name, typed)
      if (!notes) return null
      pieces[name] = notes
    } else {
      const text = (typed[name] ?? '').trim()
      if (!PIECES.test(text)) return null
      counts[name] = Number(text)
    }
  }
  return { counts, pieces }
}

/** A figure for people; what a machine cannot count is a dash. */
export function shownCount(name: string, figure: number | null): string {
  if (figure === null) return '–'
  return isCash(name) ? (figure / 100).toFixed(2) : String(figure)
}
