import type { components } from '@/api/schema'

type Schemas = components['schemas']

export type QueuedRequest = Schemas['QueuedRequest']
/** `authorisation.queue`, by branch; the centre reads the same over HTTP. */
export interface Queue {
  requests: Readonly<Record<string, QueuedRequest>>
  order: readonly string[]
}
/** `authorisation.bell`, by "centre". */
export interface Bell {
  waiting: number
  stamp: string
}
export type Shown = Schemas['EvidenceList']
