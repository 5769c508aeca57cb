import { expect, it } from 'vitest'
import { filtersFrom, queryFor } from './useAddressFilters'

const defaults = { status: 'open', search: '' }

it('reads filters from an address and writes only what differs from the defaults', () => {
  expect(filtersFrom({ search: '王', page: '2' }, defaults)).toEqual({ status: 'open', search: '王' })
  expect(filtersFrom({ status: ['closed', 'open'] }, defaults)).toEqual({ status: 'closed', search: '' })
  expect(queryFor({ page: '2', search: '王' }, { status: 'closed', search: '' }, defaults)).toEqual({ page: '2', status: 'closed' })
})
