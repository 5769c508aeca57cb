/** What is registered of a device, as the form and the plan change it. Pure. */
import type { components } from '@/api/schema'
import type { Device } from '@/live/devices'
import { isWithin, type FloorPlan, type Point } from '@/kit/floor'

export type NewDevice = components['schemas']['NewDevice']

export const blankDevice = (): NewDevice => ({
  id: '', type: '', name: '', name_en: '', zone: '', spot: null, protocol: 'mqtt', address: '', terminal: '', mac: '', wake_address: '', plug: '', maker: '', model: '', serial: '', bought: '', warranty_until: '', active: true,
})

/** The record as it is sent back; the branch is that of the path. */
export function bodyOf(device: Device): NewDevice {
  const { id, type, name, zone, spot, protocol, address, terminal, mac, wake_address, plug, maker, model, serial, bought, warranty_until, active } = device
  return { id, type, name: name.zh, name_en: name.en ?? '', zone, spot: spot ?? null, ...(protocol ? { protocol } : {}), address, terminal, mac, wake_address, plug, maker, model, serial, bought, warranty_until, active }
}

export type Warranty = 'none' | 'over' | 'soon' | 'valid'
const SOON_DAYS = 60

/** @param today both as 2030-01-31. */
export function warrantyOf(until: string, today: string): Warranty {
  if (until === '') return 'none'
  const days = (Date.parse(until) - Date.parse(today)) / 86_400_000
  return days < 0 ? 'over' : days <= SOON_DAYS ? 'soon' : 'valid'
}

/** The zone of a floor in which a point of the map lies; '' between zones. */
export const zoneAt = (plan: FloorPlan, floor: string, at: Point): string =>
  plan.floors.find(({ id }) => id === floor)?.zones.find(({ polygon }) => isWithin(at, polygon))?.id ?? ''

/** Spots are kept to a decimetre. */
const STEP_M = 0.1
export const rounded = (metres: number): number => Math.round(metres / STEP_M) / Math.round(1 / STEP_M)
