/** The floor plan editor's state, shared by its parts: the draft with its steps back, what is chosen, the tool in hand. */
import { computed, ref, type ComputedRef, type Ref } from 'vue'
import { newIdempotencyKey } from '@/api/client'
import type { Text } from '@/kit/composables/useText'
import { bare, FURNITURE, GRID_M, moved, nextFloor, pointsMin, rectangle, SHAPES, snapped, withFloor, withoutFloor, withoutThing, withThing, withZone, type Draft, type Kind, type Thing, type XY, type Zone } from './draft'
import { useHistory, type History } from './history'

/** `free` draws an area corner by corner; the others draw their kind. */
export type Tool = 'select' | 'free' | Kind
export const TOOLS: readonly Tool[] = ['select', 'zone', 'free', 'walkway', 'counter', 'kiosk', 'door', 'lift', 'stairs', 'furniture', 'wall', 'outline']
export const kindOf = (tool: Tool): Kind => (tool === 'free' || tool === 'select' ? 'zone' : tool)
/** How the tool is used: one press, a drag, or corner by corner. */
export const gestureOf = (tool: Tool): 'none' | 'press' | 'drag' | 'corners' => {
  if (tool === 'select') return 'none'
  if (tool === 'free') return 'corners'
  return SHAPES[tool] === 'point' ? 'press' : SHAPES[tool] === 'line' ? 'corners' : 'drag'
}

/** What a thing put down by keyboard measures, in metres. */
const PLACED_M = { width: 4, height: 3 }

export interface Words {
  newZone: (n: number) => Text
  newFloor: (n: number) => Text
}

export interface PlanEditor {
  history: History<Draft>
  draft: ComputedRef<Draft>
  floor: Ref<number>
  tool: Ref<Tool>
  isSnapping: Ref<boolean>
  chosenKey: Ref<number | null>
  chosen: ComputedRef<Thing | undefined>
  /** What stands on the floor that is shown. */
  here: ComputedRef<readonly Thing[]>
  grid: ComputedRef<number>
  snap: (at: XY) => XY
  choose: (key: number | null) => void
  /** Shows a floor. */
  show: (floor: number) => void
  /** The next or previous thing on the floor. */
  step: (by: number) => void
  /** Changes the chosen thing. */
  put: (thing: Thing, label?: string) => void
  saveZone: (zone: Zone, label?: string) => void
  nudge: (by: XY) => void
  add: (tool: Tool, points: readonly XY[]) => void
  /** Puts a thing of the tool's kind into the middle: for who draws without a pointer. */
  place: (tool: Tool) => void
  remove: () => void
  addFloor: () => void
  renameFloor: (floor: number, name: { zh: string; en: string }) => void
  removeFloor: (floor: number) => void
  zoneOf: (thing: Thing) => Zone | undefined
}

export function usePlanEditor(first: Draft, branch: () => string, words: Words): PlanEditor {
  const history = useHistory<Draft>(first)
  const draft = computed(() => history.now.value)
  const floor = ref(first.floors[0]?.floor ?? 1)
  const tool = ref<Tool>('select')
  const isSnapping = ref(true)
  const chosenKey = ref<number | null>(null)
  const here = computed(() => draft.value.things.filter((one) => one.floor === floor.value))
  const chosen = computed(() => here.value.find(({ key }) => key === chosenKey.value))
  const grid = computed(() => (isSnapping.value ? GRID_M : 0))
  const snap = ([x, y]: XY): XY => [snapped(x, grid.value), snapped(y, grid.value)]

  const choose = (key: number | null): void => {
    const found = draft.value.things.find((one) => one.key === key)
    if (found) floor.value = found.floor
    chosenKey.value = key
  }
  const put = (thing: Thing, label?: string): void => { history.change(withThing(draft.value, thing), label) }

  function add(from: Tool, points: readonly XY[]): void {
    const kind = kindOf(from)
    if (points.length < pointsMin(SHAPES[kind])) return
    const thing: Thing = { ...bare(kind, floor.value), points }
    const highest = draft.value.floors.map((one) => one.floor)
    let next = draft.value
    if (kind === 'zone') {
      const id = newIdempotencyKey()
      const name = words.newZone(next.zones.length + 1)
      next = withZone(next, { id, branch: branch(), kind: 'waiting', name: { zh: name.zh, en: name.en ?? '' }, floor: floor.value, capacity: 0, about: { zh: '', en: '' } })
      thing.zone = id
    }
    if (kind === 'furniture') thing.style = FURNITURE[0]
    if (kind === 'kiosk') thing.id = freeId(next, 'K')
    if (kind === 'lift' || kind === 'stairs') Object.assign(thing, { id: freeId(next, kind === 'lift' ? 'L' : 'S'), floors: highest })
    history.change(withThing(next, thing))
    chosenKey.value = thing.key
    tool.value = 'select'
  }

  return {
    history, draft, floor, tool, isSnapping, chosenKey, chosen, here, grid, snap, choose, put, add,
    show: (which) => { floor.value = which },
    step: (by) => {
      const all = here.value
      if (all.length === 0) return
      const at = all.findIndex(({ key }) => key === chosenKey.value)
      choose(all[(at + by + all.length + (at < 0 && by < 0 ? 1 : 0)) % all.length]?.key ?? null)
    },
    saveZone: (zone, label) => { history.change(withZone(draft.value, zone), label) },
    nudge: (by) => {
      if (chosen.value) put(moved(chosen.value, by, draft.value), `nudge ${String(chosen.value.key)}`)
    },
    place: (from) => {
      const middle = snap([draft.value.width / 2, draft.value.height / 2])
      const far = [middle[0] + PLACED_M.width, middle[1] + PLACED_M.height] as const
      const shape = SHAPES[kindOf(from)]
      add(from, shape === 'point' ? [middle] : shape === 'line' ? [middle, [far[0], middle[1]]] : rectangle(middle, far))
    },
    remove: () => {
      if (!chosen.value) return
      history.change(withoutThing(draft.value, chosen.value.key))
      chosenKey.value = null
    },
    addFloor: () => {
      const next = nextFloor(draft.value)
      const name = words.newFloor(next)
      history.change(withFloor(draft.value, { floor: next, name: { zh: name.zh, en: name.en ?? '' } }))
      floor.value = next
      chosenKey.value = null
    },
    renameFloor: (which, name) => { history.change(withFloor(draft.value, { floor: which, name }), `floor ${String(which)}`) },
    removeFloor: (which) => {
      history.change(withoutFloor(draft.value, which))
      floor.value = draft.value.floors[0]?.floor ?? 1
      chosenKey.value = null
    },
    zoneOf: (thing) => draft.value.zones.find(({ id }) => id === thing.zone),
  }
}

/** The first of K1, K2, … that is not taken. */
function freeId(draft: Draft, letter: string): string {
  const taken = new Set(draft.things.map(({ id }) => id))
  let n = 1
  while (taken.has(`${letter}${String(n)}`)) n += 1
  return `${letter}${String(n)}`
}
