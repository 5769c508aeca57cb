/** What an entry of a list says in one line, so that a rule can be read without opening it. Pure. */
import type { Json } from './schema'

const PARTS_MAX = 8
/** Names for machines: nothing to read. */
const SILENT = new Set(['id', 'code'])
const isText = (value: Json): value is { zh: string; en?: string } => typeof value === 'object' && value !== null && !Array.isArray(value) && typeof value['zh'] === 'string'

/** The sentences and choices in `value`, in their order; numbers with the word of their field, nothing for what is left open. */
export function summary(value: Json, say: (text: { zh: string; en?: string }) => string, word: (name: string) => string, comma = '、'): string {
  const parts: string[] = []
  const add = (one: Json, field: string): void => {
    if (one === null || one === '' || one === false || one === 0 || SILENT.has(field)) return
    if (isText(one)) parts.push(say(one))
    else if (Array.isArray(one)) {
      const words = one.filter((each) => typeof each === 'string').map((each) => word(each))
      if (words.length) parts.push(words.join(comma))
      else one.forEach((each) => { add(each, field) })
    } else if (typeof one === 'object') Object.entries(one).forEach(([name, each]) => { add(each, name) })
    else if (typeof one === 'number') parts.push(`${word(field)} ${String(one)}`)
    else if (one === true) parts.push(word(field))
    else parts.push(word(one))
  }
  add(value, '')
  return parts.filter(Boolean).slice(0, PARTS_MAX).join(' · ')
}
