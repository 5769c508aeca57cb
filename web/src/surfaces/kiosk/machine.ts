/** What this very machine cannot do now, for want of a part. Pure; where nothing is known everything is possible. */
import type { Text } from '@/kit/composables/useText'
import type { Service } from '@/kit/visitor/types'

/** `devices.here`, by branch/terminal. */
export interface DeviceHere {
  lacks: Readonly<Record<string, { why: 'off' | 'fault' | 'absent'; parts: readonly Text[] }>>
  /** It serves nobody; tickets go on. */
  paused: boolean
}

const PRINTING = ['receipt', 'ticket']
const READING = ['code']

export const ALL_THERE: DeviceHere = { lacks: {}, paused: false }
export const lackOf = (here: DeviceHere, needs: readonly string[]): string[] => needs.filter((need) => need in here.lacks)
export const cannotPrint = (here: DeviceHere): boolean => lackOf(here, PRINTING).length > 0
export const cannotScan = (here: DeviceHere): boolean => lackOf(here, READING).length > 0

/** What a service lacks at this machine; null where it can be done here, or is never done at a machine. */
export function missingFor(service: Pick<Service, 'channels' | 'needs'>, here: DeviceHere): string[] | null {
  if (!service.channels.includes('self_service')) return null
  const missing = lackOf(here, service.needs)
  return missing.length > 0 || here.paused ? missing : null
}
