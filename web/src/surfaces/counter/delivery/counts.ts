/** Figures of a clearing: pieces, or money that is typed in yuan and kept in hundredths. */
const isCash = (name: string): boolean => name.startsWith('cash:')

/** What was typed, by name; null where something is missing or no number. */
export function counted(names: readonly string[], typed: Readonly<Record<string, string>>): Record<string, number> | null {
  const found: Record<string, number> = {}
  for (const name of names) {
    const text = (typed[name] ?? '').trim()
    if (!(isCash(name) ? /^\d{1,11}(\.\d{1,2})?$/ : /^\d{1,6}$/).test(text)) return null
    found[name] = isCash(name) ? Math.round(Number(text) * 100) : Number(text)
  }
  return found
}

/** A figure for people; what a machine cannot count is a dash. */
export function shownCount(name: string, figure: number | null): string {
  if (figure === null) return '–'
  return isCash(name) ? (figure / 100).toFixed(2) : String(figure)
}
