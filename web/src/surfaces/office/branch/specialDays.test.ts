import { expect, it } from 'vitest'
import { asHours, asRows } from './specialDays'

const HOURS = {
  holidays: [
    { date: '2026-10-01', name: { zh: '国庆节', en: 'National Day' }, spans: [] },
    { date: '2027-02-05', name: { zh: '除夕', en: '' }, spans: [{ opens: '09:00', closes: '11:30' }, { opens: '13:00', closes: '15:00' }] },
  ],
  work_days: ['2026-10-10'],
}

it('goes to rows and back unchanged', () => {
  expect(asRows(HOURS).map(({ kind }) => kind)).toEqual(['closed', 'hours', 'worked'])
  expect(asHours(asRows(HOURS))).toEqual(HOURS)
})

it('turns a holiday into a work day that makes up for one', () => {
  const rows = asRows(HOURS).map((row, at) => (at === 0 ? { ...row, kind: 'worked' as const } : row))
  expect(asHours(rows).work_days).toEqual(['2026-10-01', '2026-10-10'])
})

it('has nothing to show where nothing is special', () => {
  expect(asRows({ holidays: [], work_days: [] })).toEqual([])
})
