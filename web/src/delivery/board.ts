/** The live view `delivery.board`: a branch's open items and its cabinets. */
import type { components } from '@/api/schema'
import type { Item } from './steps'

export type Cabinet = components['schemas']['CabinetView']
export interface Board {
  items: Record<string, Item>
  order: string[]
  cabinets: Cabinet[]
}

/** How often each status occurs, in the order of the list. */
export function countsOf(items: readonly Item[]): { status: Item['status']; name: Item['status_name']; n: number }[] {
  const found = new Map<Item['status'], { status: Item['status']; name: Item['status_name']; n: number }>()
  for (const { status, status_name: name } of items) {
    const one = found.get(status) ?? { status, name, n: 0 }
    found.set(status, { ...one, n: one.n + 1 })
  }
  return [...found.values()]
}
