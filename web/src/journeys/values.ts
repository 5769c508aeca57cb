/** Between what stands in a field and what is sent: amounts are typed in yuan and sent in fen. Pure. */
import type { FieldKind, JourneyField } from './types'

export type Entered = string | boolean | number | (string | number | boolean)[]

/** Digits before the point of an amount; the server's own limit is a hundred thousand million yuan. */
const AMOUNT_DIGITS_MAX = 11
const ID_LENGTH = 18
const PHONE_LENGTH = 11

/** Whether a field is filled by typing, and on which keys. */
export function keysOf(kind: FieldKind): 'digits' | 'amount' | 'id' | 'date' | 'letters' | null {
  switch (kind) {
    case 'digits':
    case 'number':
    case 'phone': return 'digits'
    case 'amount': return 'amount'
    case 'id_number': return 'id'
    case 'date': return 'date'
    case 'text':
    case 'address': return 'letters'
    default: return null
  }
}

/** What was typed, without what cannot stand in such a field. */
export function cleaned(kind: FieldKind, typed: string, lengthMax: number): string {
  switch (kind) {
    case 'amount': {
      const [whole = '', ...rest] = typed.replace(/[^\d.]/g, '').split('.')
      const yuan = whole.replace(/^0+(?=\d)/, '').slice(0, AMOUNT_DIGITS_MAX)
      return rest.length ? `${yuan || '0'}.${rest.join('').slice(0, 2)}` : yuan
    }
    case 'digits': return typed.replace(/\D/g, '').slice(0, lengthMax)
    case 'phone': return typed.replace(/\D/g, '').slice(0, PHONE_LENGTH)
    case 'number': return (typed.startsWith('-') ? '-' : '') + typed.replace(/\D/g, '').slice(0, AMOUNT_DIGITS_MAX)
    case 'id_number': return typed.toUpperCase().replace(/[^\dX]/g, '').slice(0, ID_LENGTH)
    default: return typed.slice(0, lengthMax)
  }
}

/** Eight digits as a date being typed: 2026, 2026-1, 2026-11-22. */
export function asDate(typed: string): string {
  const digits = typed.replace(/\D/g, '').slice(0, 8)
  return [digits.slice(0, 4), digits.slice(4, 6), digits.slice(6)].filter(Boolean).join('-')
}

/** Yuan of fen, without separators: what a person would have typed. */
export function yuanOf(fen: number): string {
  const whole = Math.trunc(fen / 100)
  const rest = Math.abs(fen % 100)
  return rest === 0 ? String(whole) : `${String(whole)}.${String(rest).padStart(2, '0')}`
}

/** Yuan of fen as people read them: 1234567 is 12,345.67. */
export const shownYuan = (fen: number): string => (fen / 100).toLocaleString('en-US', { minimumFractionDigits: 2, maximumFractionDigits: 2 })

/** What stands in a field at first. */
export function startOf(field: JourneyField): Entered {
  const value = field.value ?? null
  if (field.kind === 'choices') return Array.isArray(value) ? [...value] : []
  if (field.kind === 'yes') return value === true
  if (value === null || Array.isArray(value)) return ''
  if (field.kind === 'choice') return value
  if (field.kind === 'amount' && typeof value === 'number') return yuanOf(value)
  return String(value)
}

/** What is sent; null where nothing was entered. */
export function wireOf(kind: FieldKind, entered: Entered): unknown {
  if (Array.isArray(entered)) return entered.length > 0 ? entered : null
  if (kind === 'yes') return entered === true ? true : null
  if (kind === 'choice') return entered === '' ? null : entered
  const text = String(entered).trim()
  if (text === '') return null
  // Tens of thousands of millions of fen are far below what a double holds exactly.
  if (kind === 'amount') return Math.round(Number(text) * 100)
  if (kind === 'number') return /^-?\d+$/.test(text) ? Number(text) : text
  return text
}
