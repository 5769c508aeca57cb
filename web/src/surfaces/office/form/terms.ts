/** What a settings form calls the fields, kinds and choices of the server, and the records that it may name. */
import { inject, type InjectionKey } from 'vue'
import { useI18n } from 'vue-i18n'
import { humanise } from './schema'

export interface Choice { value: string; label: string }
/** Records that a field may name: services by id, counters by id, places where customers stand. */
export type Lists = Readonly<Record<string, readonly Choice[]>>
export const LISTS: InjectionKey<() => Lists> = Symbol('lists of a settings form')

/** Where the word for a name of the server is looked for, in this order. */
const PLACES = ['officeTerms', 'office.roles', 'office.zones', 'office.channel'] as const

export interface Terms {
  /** `within` is the struct that the name belongs to: the same name may mean different things in two. */
  word: (name: string, within?: string) => string
  listFor: (field: string) => readonly Choice[] | undefined
}

export function useTerms(): Terms {
  const { t, te } = useI18n()
  const lists = inject(LISTS, (): Lists => ({}))
  return {
    word: (name, within = '') => {
      if (name === '') return ''
      const keys = [`officeTerms.in.${within}.${name}`, ...PLACES.map((place) => `${place}.${name}`)]
      const key = keys.find((one) => te(one) || te(one, 'zh-CN'))
      return key === undefined ? humanise(name) : t(key)
    },
    listFor: (field) => lists()[field],
  }
}
