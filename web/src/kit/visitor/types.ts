/** What customers' screens get from the server, by short names. */
import type { components } from '@/api/schema'
import type { Text } from '../composables/useText'

type Schemas = components['schemas']
export type Service = Schemas['Service']
export type Guide = Schemas['Guide']
export type Zone = Schemas['Zone']
export type IssuedTicket = Schemas['IssuedTicket']
export type Receipt = Schemas['Receipt']
export type PrinterHere = Schemas['PrinterHere']
export type Complaint = Schemas['ComplaintView']
export type Advice = Schemas['Advice']
export type WayOffered = Schemas['WayOffered']
export type Way = WayOffered['way']
export type ServedRoute = Schemas['Route']
export type SlotList = Schemas['SlotList']
export type Slot = Schemas['Slot']
export type Held = Schemas['Held']
export type Confirmed = Schemas['Confirmed']
export type BookingView = Schemas['BookingView']
export type CheckedIn = Schemas['CheckedIn']
export type Reason = Schemas['Reason']

type At = readonly [number, number]

/** One feature of the served plan: GeoJSON in metres, y up. */
export interface ServedFeature {
  geometry:
    | { type: 'Point'; coordinates: At }
    | { type: 'LineString'; coordinates: readonly At[] }
    | { type: 'Polygon'; coordinates: readonly (readonly At[])[] }
  /** What is a default on the server is not sent: the first floor, no zone. */
  properties: { kind: string; floor?: number; id?: string; zone?: string; name?: Text | null }
}

export interface ServedPlan {
  properties: { width: number; height: number; floors: readonly { floor: number; name: Text }[] }
  features: readonly ServedFeature[]
}
