/** Candidates in rows of a width, without measuring. Pure. */
import type { Candidate } from './pinyin'

/** What stands beside a candidate's characters, in ems: its own edges and the gap to the next. */
const BESIDE_EM = 1.25
/** As wide as a key at the least, in ems. */
const LEAST_EM = 2.4

const widthOf = ({ text }: Candidate): number => Math.max(LEAST_EM, Array.from(text).length + BESIDE_EM)

/** `widths` are those of the rows in turn, in ems; what does not fit into the last of them is left out. */
export function rowsOf(candidates: readonly Candidate[], widths: readonly number[]): readonly (readonly Candidate[])[] {
  const rows: Candidate[][] = []
  let at = 0
  for (const width of widths) {
    const row: Candidate[] = []
    let left = width
    for (; at < candidates.length; at++) {
      const next = candidates[at] as Candidate
      // One alone stands in a row however long it is.
      if (row.length > 0 && widthOf(next) > left) break
      left -= widthOf(next)
      row.push(next)
    }
    if (row.length > 0) rows.push(row)
  }
  return rows
}
