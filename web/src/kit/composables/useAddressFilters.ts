/**
 * Filters and order of a table that stay in the address: a link shows a colleague the same rows, and Back
 * returns to them. Only what differs from the defaults is written.
 */
import { computed, type ComputedRef, type WritableComputedRef } from 'vue'
import { useRoute, useRouter, type LocationQuery } from 'vue-router'

export type Filters = Readonly<Record<string, string>>

/** The filters an address stands for; what it does not name has its default. */
export function filtersFrom<Names extends Filters>(query: LocationQuery, defaults: Names): Record<keyof Names, string> {
  const read = (name: string): string => {
    const value = query[name]
    const first = Array.isArray(value) ? value[0] : value
    return first ?? defaults[name] ?? ''
  }
  return Object.fromEntries(Object.keys(defaults).map((name) => [name, read(name)])) as Record<keyof Names, string>
}

/** The query that stands for `filters`: the rest of `query` untouched, defaults left out. */
export function queryFor(query: LocationQuery, filters: Filters, defaults: Filters): LocationQuery {
  const kept = { ...query }
  for (const [name, value] of Object.entries(filters)) {
    if (value === (defaults[name] ?? '')) Reflect.deleteProperty(kept, name)
    else kept[name] = value
  }
  return kept
}

export interface AddressFilters<Names extends Filters> {
  filters: WritableComputedRef<Record<keyof Names, string>>
  set: (changes: Partial<Record<keyof Names, string>>) => void
  isFiltered: ComputedRef<boolean>
  clear: () => void
}

export function useAddressFilters<Names extends Filters>(defaults: Names): AddressFilters<Names> {
  const route = useRoute()
  const router = useRouter()
  const filters = computed({
    get: () => filtersFrom(route.query, defaults),
    set: (next) => void router.replace({ query: queryFor(route.query, next, defaults), hash: route.hash }),
  })
  return {
    filters,
    set: (changes) => {
      filters.value = { ...filters.value, ...changes }
    },
    isFiltered: computed(() => Object.keys(defaults).some((name) => filters.value[name] !== defaults[name])),
    clear: () => {
      filters.value = { ...defaults }
    },
  }
}
