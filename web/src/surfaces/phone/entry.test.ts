import { describe, expect, it } from 'vitest'
import { branchPage, entryOf } from './entry'

const at = (pathname: string, hash = '', search = ''): { pathname: string; hash: string; search: string } => ({ pathname, hash, search })

describe('the ways in', () => {
  it('knows a ticket by its link and the door by its code', () => {
    expect(entryOf(at('/phone/t', '#c.abc'))).toEqual({ kind: 'link', code: 'c.abc' })
    expect(entryOf(at('/phone/door/', '#123'))).toEqual({ kind: 'door', code: '123' })
    expect(entryOf(at('/phone/p', '#004211'))).toEqual({ kind: 'pickup', code: '004211' })
    expect(entryOf(at('/phone/p', '#abc'))).toEqual({ kind: 'page', branch: '' })
  })
  it('opens the page of a branch otherwise', () => {
    expect(entryOf(at('/phone/', '', '?branch=east'))).toEqual({ kind: 'page', branch: 'east' })
    expect(entryOf(at('/phone/t'))).toEqual({ kind: 'page', branch: '' })
  })
  it('goes on in the look it began with', () => {
    expect(branchPage('?lang=en&branch=west', 'east')).toBe('/phone/?lang=en&branch=east')
    expect(branchPage('', '')).toBe('/phone/')
  })
})
