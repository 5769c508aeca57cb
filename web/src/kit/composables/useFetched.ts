/** Something read once from the server and again when its address changes or the person retries. */
import { shallowRef, toValue, watch, type MaybeRefOrGetter, type ShallowRef } from 'vue'
import { call } from '@/api/client'

export interface Fetched<Data> {
  data: Readonly<ShallowRef<Data | null>>
  error: Readonly<ShallowRef<unknown>>
  retry: () => Promise<void>
}

/** @param path where to read; empty waits. What is held stays until something newer has come. */
export function useFetched<Data>(path: MaybeRefOrGetter<string>): Fetched<Data> {
  const data = shallowRef<Data | null>(null)
  const error = shallowRef<unknown>(null)
  let round = 0

  async function load(): Promise<void> {
    round += 1
    const mine = round
    const from = toValue(path)
    if (from === '') return
    try {
      const read = await call<Data>('GET', from)
      if (mine === round) {
        data.value = read
        error.value = null
      }
    } catch (cause) {
      if (mine === round) error.value = cause
    }
  }
  watch(() => toValue(path), () => { data.value = null; void load() }, { immediate: true })
  return { data, error, retry: load }
}
