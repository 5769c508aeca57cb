/** A scene while it is written. Pure. */
import type { components } from '@/api/schema'
import type { DeviceType, Quantity, Value } from '@/live/devices'

type Schemas = components['schemas']
export type Scene = Schemas['Scene']
export type Wanted = Required<Schemas['Wanted']> & { select: Required<Schemas['Select']> }
export interface SceneDraft {
  name: { zh: string; en: string }
  about: { zh: string; en: string }
  icon: string
  rank: number
  wanted: Wanted[]
}

export const WANTED_MAX = 60

export const blankWanted = (): Wanted => ({ select: { device: '', type: '', group: null, zone: '', zone_kind: null }, as_when: '', values: {} })
export const blankScene = (): SceneDraft => ({ name: { zh: '', en: '' }, about: { zh: '', en: '' }, icon: 'layers', rank: 100, wanted: [{ ...blankWanted(), as_when: 'open' }] })

export function draftOf(scene: Scene): SceneDraft {
  return {
    name: { zh: scene.name.zh, en: scene.name.en ?? '' }, about: { zh: scene.about?.zh ?? '', en: scene.about?.en ?? '' }, icon: scene.icon, rank: scene.rank,
    wanted: scene.wanted.map((one) => ({ select: { ...blankWanted().select, ...one.select }, as_when: one.as_when, values: { ...one.values } })),
  }
}

/** What can be set on the devices that an entry means: known where it names a device or a type. */
export function settable(wanted: Wanted, types: readonly DeviceType[], typeOfDevice: Readonly<Record<string, string>>): readonly Quantity[] {
  const code = wanted.select.device ? typeOfDevice[wanted.select.device] : wanted.select.type
  return types.find((one) => one.code === code)?.properties ?? []
}

/** Of other devices old values may make no sense: those that exist there too are kept. */
export function selecting(wanted: Wanted, select: Partial<Wanted['select']>, types: readonly DeviceType[], typeOfDevice: Readonly<Record<string, string>>): Wanted {
  const next = { ...wanted, select: { ...wanted.select, ...select } }
  const names = new Set(settable(next, types, typeOfDevice).map(({ name }) => name))
  return { ...next, values: Object.fromEntries(Object.entries(wanted.values).filter(([name]) => names.has(name))) }
}

export function firstOf(quantity: Quantity): Value {
  if (quantity.kind === 'switch') return true
  if (quantity.kind === 'number') return quantity.high ?? quantity.low ?? 0
  return quantity.choices[0] ?? ''
}

export type SceneGap = 'name' | 'wanted'
export function sceneGaps(draft: SceneDraft): SceneGap[] {
  const gaps: SceneGap[] = []
  if (!draft.name.zh.trim()) gaps.push('name')
  if (draft.wanted.length === 0 || draft.wanted.some((one) => one.as_when === '' && Object.keys(one.values).length === 0)) gaps.push('wanted')
  return gaps
}

/** A code that nothing else has: letters first, as the server wants it. */
export const newCode = (random: string): string => `own_${random.replaceAll('-', '').slice(0, 10).toLowerCase()}`
