/** Steps back and forth over a value. Changes with the same `label` in a row are one step: a row of arrow presses. */
import { computed, shallowRef, type ComputedRef, type ShallowRef } from 'vue'

export const STEPS_MAX = 100

export interface History<Value> {
  now: Readonly<ShallowRef<Value>>
  /** @param label what is done again and again; each change without one is a step of its own. */
  change: (next: Value, label?: string) => void
  undo: () => void
  redo: () => void
  canUndo: ComputedRef<boolean>
  canRedo: ComputedRef<boolean>
  /** True where something differs from what was last opened or stored. */
  isChanged: ComputedRef<boolean>
  /** Begins anew: nothing before this. */
  reset: (value: Value) => void
  /** What is here now is stored; it can still be undone. */
  stored: () => void
}

export function useHistory<Value>(first: Value): History<Value> {
  const now = shallowRef(first) as ShallowRef<Value>
  const past = shallowRef<readonly Value[]>([])
  const future = shallowRef<readonly Value[]>([])
  const kept = shallowRef(first) as ShallowRef<Value>
  let last = ''

  return {
    now,
    change: (next, label = '') => {
      if (next === now.value) return
      if (label === '' || label !== last) past.value = [...past.value, now.value].slice(-STEPS_MAX)
      last = label
      future.value = []
      now.value = next
    },
    undo: () => {
      const before = past.value[past.value.length - 1]
      if (before === undefined) return
      future.value = [now.value, ...future.value]
      past.value = past.value.slice(0, -1)
      now.value = before
      last = ''
    },
    redo: () => {
      const next = future.value[0]
      if (next === undefined) return
      past.value = [...past.value, now.value]
      future.value = future.value.slice(1)
      now.value = next
      last = ''
    },
    canUndo: computed(() => past.value.length > 0),
    canRedo: computed(() => future.value.length > 0),
    isChanged: computed(() => now.value !== kept.value),
    reset: (value) => {
      now.value = value
      kept.value = value
      past.value = []
      future.value = []
      last = ''
    },
    stored: () => {
      kept.value = now.value
      last = ''
    },
  }
}
