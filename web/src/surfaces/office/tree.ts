/** The bank's tree as a list. Pure. */
import type { components } from '@/api/schema'

type Schemas = components['schemas']
export interface TreeUnit { unit: Schemas['Unit']; units: TreeUnit[]; branches: Schemas['Branch'][] }
export interface UnitAt { unit: Schemas['Unit']; depth: number; branches: Schemas['Branch'][] }

/** Every unit from head office down, each with how deep it stands. */
export const unitsOf = (root: TreeUnit | null, depth = 0): UnitAt[] =>
  root ? [{ unit: root.unit, depth, branches: root.branches }, ...root.units.flatMap((one) => unitsOf(one, depth + 1))] : []
