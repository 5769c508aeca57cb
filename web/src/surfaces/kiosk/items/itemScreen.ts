/** What stands beside this screen, a locker or a dispenser, and how it is drawn and told. Pure. */
import type { Text } from '@/kit/composables/useText'
import type { DeviceHere } from '../machine'
import type { Shown } from '../shown'

export type Purpose = 'load' | 'pick_up' | 'take_back' | 'forced'
export interface Door {
  cell: number
  purpose: Purpose
  is_open: boolean
  is_late: boolean
}
export interface Cell {
  cell: number
  size: 'small' | 'medium' | 'large'
}
/** `delivery.here`, by branch/terminal. */
export interface ItemScreen {
  machine: '' | 'locker' | 'dispenser'
  device: string
  name: Text
  is_online: boolean
  is_paused: boolean
  cells: readonly Cell[]
  doors: readonly Door[]
  kinds: readonly Text[]
}

export type Standing = 'works' | 'away' | 'paused' | 'broken'
/** What a dispenser is for: while one of its hoppers works it serves. */
const HOPPERS = ['card_issue', 'ukey_issue', 'voucher_issue']

/** Whether anything can be had here now, and why not. */
export function standingOf(screen: ItemScreen, here: DeviceHere): Standing {
  if (!screen.is_online) return 'away'
  if (screen.is_paused) return 'paused'
  const needs = screen.machine === 'locker' ? ['parcel'] : HOPPERS
  return needs.every((need) => need in here.lacks) ? 'broken' : 'works'
}

/** How high a cell is drawn, in small ones. */
export const UNITS: Record<Cell['size'], number> = { small: 1, medium: 2, large: 3 }

/** The cells column by column, in the order of their numbers, as high as `most` small ones. */
export function columnsOf(cells: readonly Cell[], most = 10): Cell[][] {
  const columns: Cell[][] = []
  let left = 0
  for (const cell of cells) {
    const units = UNITS[cell.size]
    const column = columns.at(-1)
    if (column && units <= left) column.push(cell)
    else {
      columns.push([cell])
      left = most
    }
    left -= units
  }
  return columns
}

/** The door that matters most to whoever stands here: one that is late, then what customers take, then the lowest. */
export function firstDoor(doors: readonly Door[]): Door | undefined {
  const rank = (door: Door): number => (door.is_late ? 0 : door.purpose === 'pick_up' ? 1 : 2)
  return [...doors].sort((one, other) => rank(one) - rank(other) || one.cell - other.cell)[0]
}

/** The pick-up code of what was shown to the reader: the phone's QR, or the six digits alone. */
export function pickUpCode({ by, value }: Shown): string {
  if (by === 'booking') return value
  return by === 'qr' ? (/\/phone\/p#(\d{6})$/.exec(value)?.[1] ?? '') : ''
}
