/** Finding a service of the catalogue by what somebody types. */
import type { components } from '@/api/schema'

type Service = components['schemas']['Service']

/** The services whose name (either language), group, code or everyday word contains `wanted`; all for nothing typed. */
export function matchingServices<Found extends Pick<Service, 'name' | 'group' | 'code' | 'words'>>(services: readonly Found[], wanted: string): Found[] {
  const needle = wanted.trim().toLowerCase()
  if (needle === '') return [...services]
  return services.filter(({ name, group, code, words }) =>
    [name.zh, name.en ?? '', group.zh, group.en ?? '', code, ...(words ?? [])].some((text) => text.toLowerCase().includes(needle)),
  )
}
