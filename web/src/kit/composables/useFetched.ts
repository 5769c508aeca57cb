/** Something read once from the server and again when its address changes or the person retries. */
import { shallowRef, toValue, watch, type MaybeRefOrGetter, type ShallowRef } from 'vue'
import { call } from '@/api/client'
import { ApiError } from '@/api/error'
import { openStore } from '../storage'

export interface Fetched<Data> {
  data: Readonly<ShallowRef<Data | null>>
  error: Readonly<ShallowRef<unknown>>
  retry: () => Promise<void>
}

export interface FetchedOptions {
  /** Keep what was read on this device, for a page that opens without a link; signing out forgets it. */
  persist?: boolean
}

const kept = openStore<{ read: unknown }>('live')

/** @param path where to read; empty waits. What is held stays until something newer has come. */
export function useFetched<Data>(path: MaybeRefOrGetter<string>, options: FetchedOptions = {}): Fetched<Data> {
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
      if (options.persist) await kept.set(from, { read })
    } catch (cause) {
      const before = options.persist && cause instanceof ApiError && cause.isTransient ? await kept.get(from) : null
      if (mine !== round) return
      if (before) data.value ??= before.read as Data
      else error.value = cause
    }
  }
  watch(() => toValue(path), () => { data.value = null; void load() }, { immediate: true })
  return { data, error, retry: load }
}
