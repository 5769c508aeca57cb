import type { components } from '@/api/schema'

type Hours = components['schemas']['Hours']
export type SpecialHours = Pick<Hours, 'holidays' | 'work_days'>

/** One special day as the form has it. `opens` and `closes` count for `hours` alone. */
export interface SpecialRow {
  date: string
  kind: 'closed' | 'hours' | 'worked'
  name: string
  /** The English name, which the form keeps. */
  name_en: string
  opens: string
  closes: string
  /** What a day with a pause has after its first span; the form keeps it. */
  later?: { opens: string; closes: string }[]
}

/** A branch's special days as rows: holidays first, then the work days that make up for them. */
export function asRows({ holidays, work_days }: SpecialHours): SpecialRow[] {
  const free = holidays.map(({ date, name, spans }): SpecialRow => {
    const [first, ...later] = spans
    return { date, name: name.zh, name_en: name.en, kind: first ? 'hours' : 'closed', opens: first?.opens ?? '09:30', closes: first?.closes ?? '16:00', later }
  })
  return [...free, ...work_days.map((date): SpecialRow => ({ date, kind: 'worked', name: '', name_en: '', opens: '09:30', closes: '16:00' }))]
}

/** The same the other way round. */
export function asHours(rows: readonly SpecialRow[]): SpecialHours {
  return {
    holidays: rows
      .filter(({ kind }) => kind !== 'worked')
      .map(({ date, name, name_en, kind, opens, closes, later = [] }) => ({ date, name: { zh: name, en: name_en }, spans: kind === 'hours' ? [{ opens, closes }, ...later] : [] })),
    work_days: rows.filter(({ kind }) => kind === 'worked').map(({ date }) => date),
  }
}
