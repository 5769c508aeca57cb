/** A journey as the server tells it; what is null in an answer is absent in the live view. */
import type { components } from '@/api/schema'

type Schemas = components['schemas']

export type JourneyView = Schemas['JourneyView']
export type JourneyRow = Schemas['JourneyRow']
export type JourneyScreen = Schemas['Screen']
export type JourneyField = Schemas['FieldView']
export type FieldKind = JourneyField['kind']
export type FieldOption = JourneyField['options'][number]
export type MenuEntry = Schemas['MenuEntry']
export type JourneyChannel = JourneyView['channel']
export type Handover = Schemas['Handover']
export type Asked = Schemas['AskedView']
/** `journeys.branch`, by branch. */
export interface BranchJourneys {
  journeys: Readonly<Record<string, JourneyRow>>
  /** The newest change first. */
  order: readonly string[]
}
export type Values = Record<string, unknown>
