/** Finding a service by what a customer types: its names, its everyday words, or the initials of its pinyin. */
import { matchingServices } from '../hall/services'
import { pinyinInitials } from './pinyin'
import type { Service } from './types'

/** Those whose name, group or everyday word fits; an exact beginning comes first, the branch's order otherwise. */
export function findServices(services: readonly Service[], wanted: string): Service[] {
  const needle = wanted.trim().toLowerCase()
  if (needle === '') return [...services]
  const found = new Set(matchingServices(services, needle))
  if (/^[a-z]+$/.test(needle)) {
    for (const service of services) {
      const texts = [service.name.zh, ...service.words]
      if (texts.some((text) => pinyinInitials(text).includes(needle))) found.add(service)
    }
  }
  const begins = (service: Service): boolean =>
    [service.name.zh, service.name.en, pinyinInitials(service.name.zh)].some((text) => text.toLowerCase().startsWith(needle))
  return services.filter((service) => found.has(service)).sort((a, b) => Number(begins(b)) - Number(begins(a)))
}
