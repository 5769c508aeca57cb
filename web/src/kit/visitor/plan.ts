/** The server's floor plan (metres, y up, GeoJSON) as the map draws it (y down), and ways over it. */
import type { FloorPlan, FloorRoute, Point } from '../floor'
import type { Text } from '../composables/useText'
import type { ServedFeature, ServedPlan, ServedRoute, Zone } from './types'

type Say = (text: Text | null | undefined) => string

/** Where a machine stands: floor and metres, as the server counts them (y up). */
export interface Standing {
  id: string
  zone: string
  floor: number
  x: number
  y: number
}

const floorOf = ({ properties }: ServedFeature): number => properties.floor ?? 1

/** One point of the plan as the map wants it. */
export const flipped = (plan: ServedPlan, [x, y]: readonly [number, number]): Point => [x, plan.properties.height - y]

export function drawnPlan(plan: ServedPlan, zones: readonly Zone[], name: string, say: Say): FloorPlan {
  const known = new Map(zones.map((zone) => [zone.id, zone]))
  const ring = ({ geometry }: ServedFeature): Point[] =>
    geometry.type === 'Polygon' ? (geometry.coordinates[0] ?? []).map((at) => flipped(plan, at)) : []
  const placeOf = (feature: ServedFeature): Point[] =>
    feature.geometry.type === 'Point' ? [flipped(plan, feature.geometry.coordinates)] : ring(feature)
  return {
    name,
    floors: plan.properties.floors.map(({ floor, name: floorName }) => {
      const here = plan.features.filter((feature) => floorOf(feature) === floor)
      const outline = here.find(({ properties }) => properties.kind === 'outline')
      return {
        id: String(floor),
        name: say(floorName),
        outline: outline ? ring(outline) : [],
        zones: here
          .filter(({ properties }) => properties.kind === 'zone')
          .map((feature) => {
            const zone = known.get(feature.properties.zone ?? '')
            return {
              id: feature.properties.zone ?? '',
              name: say(zone?.name ?? feature.properties.name),
              kind: zone?.kind ?? '',
              polygon: ring(feature),
            }
          }),
        furniture: here.filter(({ properties }) => properties.kind === 'furniture').map(placeOf),
        walkways: here.flatMap(({ geometry, properties }) =>
          properties.kind === 'walkway' && geometry.type === 'LineString'
            ? [geometry.coordinates.map((at) => flipped(plan, at))]
            : [],
        ),
      }
    }),
  }
}

/** The machine of that id; the first in a guidance area where there is none, else the first at all. */
export function standingOf(plan: ServedPlan, zones: readonly Zone[], id: string): Standing | undefined {
  const guidance = new Set(zones.filter(({ kind }) => kind === 'guidance').map((zone) => zone.id))
  const machines = plan.features.filter(({ properties, geometry }) => properties.kind === 'kiosk' && geometry.type === 'Point')
  const machine =
    machines.find(({ properties }) => id !== '' && properties.id === id) ??
    machines.find(({ properties }) => guidance.has(properties.zone ?? '')) ??
    machines[0]
  if (machine?.geometry.type !== 'Point') return undefined
  const [x, y] = machine.geometry.coordinates
  return { id: machine.properties.id ?? '', zone: machine.properties.zone ?? '', floor: floorOf(machine), x, y }
}

export const drawnRoute = (plan: ServedPlan, route: ServedRoute): FloorRoute =>
  route.parts.map(({ floor, line }) => ({ floor: String(floor), points: line.map((at) => flipped(plan, at)) }))

/** Areas a customer may go to: no back offices. */
export const openZones = (zones: readonly Zone[]): Zone[] => zones.filter(({ kind }) => kind !== 'back_office')
