/**
 * Small things kept on this device across page loads, in IndexedDB. Where a browser offers none (private
 * mode, a locked-down terminal) they last as long as the page, and nothing else changes.
 */
export interface Store<Value> {
  get(key: string): Promise<Value | null>
  set(key: string, value: Value): Promise<void>
  delete(key: string): Promise<void>
  all(): Promise<Value[]>
  clear(): Promise<void>
}

const DATABASE = 'tingtang'
const VERSION = 1
const STORES = ['live', 'outbox'] as const
export type StoreName = (typeof STORES)[number]

export function memoryStore<Value>(): Store<Value> {
  const held = new Map<string, Value>()
  return {
    get: (key) => Promise.resolve(held.get(key) ?? null),
    set: (key, value) => Promise.resolve(void held.set(key, value)),
    delete: (key) => Promise.resolve(void held.delete(key)),
    all: () => Promise.resolve([...held.values()]),
    clear: () => Promise.resolve(held.clear()),
  }
}

let database: Promise<IDBDatabase> | undefined

function openDatabase(): Promise<IDBDatabase> {
  database ??= new Promise((resolve, reject) => {
    const request = indexedDB.open(DATABASE, VERSION)
    request.onupgradeneeded = () => {
      for (const name of STORES) request.result.createObjectStore(name)
    }
    request.onsuccess = () => {
      resolve(request.result)
    }
    request.onerror = () => {
      reject(request.error ?? new Error('IndexedDB did not open'))
    }
  })
  return database
}

function settled(request: IDBRequest): Promise<unknown> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => {
      resolve(request.result)
    }
    request.onerror = () => {
      reject(request.error ?? new Error('IndexedDB refused'))
    }
  })
}

/** The store of that name; keys are strings, values whatever can be cloned. */
export function openStore<Value>(name: StoreName): Store<Value> {
  const memory = memoryStore<Value>()
  const use = async <Answer>(
    mode: IDBTransactionMode,
    onDisk: (store: IDBObjectStore) => IDBRequest,
    inMemory: () => Promise<Answer>,
  ): Promise<Answer> => {
    if (typeof indexedDB === 'undefined') return inMemory()
    try {
      const opened = await openDatabase()
      return (await settled(onDisk(opened.transaction(name, mode).objectStore(name)))) as Answer
    } catch {
      return inMemory()
    }
  }
  return {
    get: async (key) =>
      (await use<Value | null | undefined>('readonly', (store) => store.get(key), () => memory.get(key))) ?? null,
    set: async (key, value) => {
      await use('readwrite', (store) => store.put(value, key), () => memory.set(key, value))
    },
    delete: (key) => use('readwrite', (store) => store.delete(key), () => memory.delete(key)),
    all: () => use('readonly', (store) => store.getAll(), () => memory.all()),
    clear: () => use('readwrite', (store) => store.clear(), () => memory.clear()),
  }
}
