import { onMounted, shallowRef, type ShallowRef } from 'vue'
import { readTable, type PinyinTable } from './pinyinTable'

/** Read once for a page: it is large, and only machines without a keyboard want it. */
let reading: Promise<PinyinTable> | null = null

/** What the keys know of pinyin; null until it is there. */
export function usePinyin(): ShallowRef<PinyinTable | null> {
  const table = shallowRef<PinyinTable | null>(null)
  onMounted(async () => {
    reading ??= import('./pinyin.txt?raw').then(({ default: text }) => readTable(text))
    try {
      table.value = await reading
    } catch {
      // The link was cut: the next keyboard asks again, and Latin letters go on.
      reading = null
    }
  })
  return table
}
