/** Finding business by what people call it: its names, its everyday words, the initials of its pinyin. Pure. */
import { pinyinInitials } from '@/kit/visitor/pinyin'
import type { MenuEntry } from './types'

/** Those that fit; an exact beginning first, the menu's order otherwise. */
export function findBusiness(entries: readonly MenuEntry[], wanted: string): MenuEntry[] {
  const needle = wanted.trim().toLowerCase()
  if (needle === '') return [...entries]
  const isLetters = /^[a-z]+$/.test(needle)
  const textsOf = (entry: MenuEntry): string[] => [entry.name.zh, entry.name.en, ...entry.words].filter(Boolean)
  const fits = (text: string): boolean => text.toLowerCase().includes(needle) || (isLetters && pinyinInitials(text).includes(needle))
  const begins = (entry: MenuEntry): boolean => [entry.name.zh, entry.name.en, pinyinInitials(entry.name.zh)].some((text) => text.toLowerCase().startsWith(needle))
  return entries.filter((entry) => textsOf(entry).some(fits)).sort((a, b) => Number(begins(b)) - Number(begins(a)))
}

/** The menu in sections: what people come for most first, where nothing was searched or chosen; then group by group. */
export function sectionsOf(entries: readonly MenuEntry[], isWhole: boolean): { group: string; entries: MenuEntry[] }[] {
  const frequent = isWhole ? entries.filter((entry) => entry.is_frequent) : []
  const groups = groupsOf(entries).map((group) => ({ group, entries: entries.filter((entry) => entry.group === group) }))
  return frequent.length > 0 && groups.length > 1 ? [{ group: FREQUENT, entries: frequent }, ...groups] : groups
}
/** The section that is no group. */
export const FREQUENT = ''

/** The groups of a menu in its own order. */
export const groupsOf = (entries: readonly MenuEntry[]): string[] => [...new Set(entries.map(({ group }) => group))]
