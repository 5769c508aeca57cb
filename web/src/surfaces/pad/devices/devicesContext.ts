/** What the pages of devices share: the branch's devices, their types, which one is looked at, and commands that need the link. */
import { computed, inject, provide, type ComputedRef, type InjectionKey, type WritableComputedRef } from 'vue'
import { useRoute, useRouter } from 'vue-router'
import { queryFor } from '@/kit/composables/useAddressFilters'
import type { Commands } from '@/kit/composables/useCommand'
import { useFetched, type Fetched } from '@/kit/composables/useFetched'
import { useText } from '@/kit/composables/useText'
import { rowsOf, type Row } from '@/kit/devices/list'
import type { BranchDevices, DeviceType } from '@/live/devices'
import { useLive, type Live } from '@/live/useLive'
import { useHall, useLinkedCommand } from '../hallContext'

export interface DevicesContext {
  live: Live<BranchDevices>
  rows: ComputedRef<Row[]>
  types: Fetched<DeviceType[]>
  typeOf: (code: string) => DeviceType | undefined
  zoneText: (zone: string) => string
  /** The device whose sheet is open; it stands in the address, so that a link leads to it. */
  chosen: WritableComputedRef<string>
}

const KEY: InjectionKey<DevicesContext> = Symbol('devices')

export function provideDevices(): DevicesContext {
  const { branch, zoneName } = useHall()
  const say = useText()
  const route = useRoute()
  const router = useRouter()
  const live = useLive<BranchDevices>('devices.branch', branch, { persist: true })
  const types = useFetched<DeviceType[]>('/api/device-types', { persist: true })
  const context: DevicesContext = {
    live,
    rows: computed(() => (live.data.value ? rowsOf(live.data.value) : [])),
    types,
    typeOf: (code) => types.data.value?.find((one) => one.code === code),
    zoneText: (zone) => say(zoneName(zone)),
    chosen: computed({
      get: () => (typeof route.query['device'] === 'string' ? route.query['device'] : ''),
      set: (device) => {
        void router.replace({ query: queryFor(route.query, { device }, { device: '' }) })
      },
    }),
  }
  provide(KEY, context)
  return context
}

export function useDevices(): DevicesContext {
  const context = inject(KEY)
  if (!context) throw new Error('useDevices outside the pages of devices')
  return context
}

/** A device does not hear what is sent later. */
export const useDeviceCommand = (): Commands => useLinkedCommand('devicesPad.cut')
