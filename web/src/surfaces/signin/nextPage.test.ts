import { expect, it } from 'vitest'
import { nextPage, surfaceOfPage } from './nextPage'

const at = (next: string): string => nextPage(`?next=${encodeURIComponent(next)}`, 'https://hall.bank')

it('goes back to a page of this house', () => {
  expect(at('/pad/tasks?x=1#top')).toBe('/pad/tasks?x=1#top')
  expect(nextPage('', 'https://hall.bank')).toBe('/')
})

it('knows for which surface one signs in', () => {
  expect(['/', '/pad', '/pad/tasks?x=1', '/counter?a=/b', '/#x'].map(surfaceOfPage)).toEqual(['', 'pad', 'pad', 'counter', ''])
  expect(surfaceOfPage('/counter/customer?type=large')).toBe('counter-customer')
})

it.each(['https://evil.example/', '//evil.example/', '/\\evil.example', 'javascript:alert(1)', '/signin?next=/signin', 'pad'])(
  'does not follow %s',
  (next) => {
    expect(at(next)).toBe('/')
  },
)
