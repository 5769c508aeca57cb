/** What is handled while an action is under way: by the customer at the machine, or by the machine itself. */
import type { Component } from 'vue'
import { BookOpenIcon, CameraIcon, CreditcardIcon, GiftIcon, KeyboardIcon, MoneyIcon, PrintIcon, SystemStorageIcon, UserIcon } from '@/kit/icons'

export interface Handling {
  icon: Component
  /** The machine waits for the customer, and not the customer for the machine. */
  isYours: boolean
}

const HANDLINGS: Readonly<Record<string, Handling>> = {
  'machine.read_id': { icon: UserIcon, isYours: true },
  'machine.read_card': { icon: CreditcardIcon, isYours: true },
  'machine.return_card': { icon: CreditcardIcon, isYours: true },
  'machine.return_book': { icon: CreditcardIcon, isYours: true },
  'machine.read_passbook': { icon: BookOpenIcon, isYours: true },
  'machine.enter_pin': { icon: KeyboardIcon, isYours: true },
  'machine.use_token': { icon: KeyboardIcon, isYours: true },
  'machine.take_bill': { icon: MoneyIcon, isYours: true },
  'machine.return_bill': { icon: MoneyIcon, isYours: true },
  'machine.print_certificate': { icon: PrintIcon, isYours: true },
  'machine.accept_cash': { icon: MoneyIcon, isYours: true },
  'machine.return_cash': { icon: MoneyIcon, isYours: true },
  'machine.dispense_cash': { icon: MoneyIcon, isYours: true },
  'machine.take_picture': { icon: CameraIcon, isYours: true },
  'delivery.dispense': { icon: GiftIcon, isYours: true },
  'delivery.pick_up': { icon: SystemStorageIcon, isYours: true },
  'machine.store_cash': { icon: MoneyIcon, isYours: false },
  'machine.print_passbook': { icon: PrintIcon, isYours: false },
  'machine.print_receipt': { icon: PrintIcon, isYours: false },
}

/** Nothing is handled where it is only asked, booked or looked up. */
export function handlingOf(action: string | undefined): Handling | null {
  return HANDLINGS[action ?? ''] ?? null
}
