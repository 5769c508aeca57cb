/** What can be done with an item now, and what must be entered for it. */
import type { components } from '@/api/schema'

export type Item = components['schemas']['ItemView']
export type Field = 'numbers' | 'seal' | 'sealAgain' | 'cabinet' | 'carrier' | 'tracking' | 'paper' | 'code' | 'trace' | 'witness' | 'password'
export interface ItemStep {
  act: 'stock' | 'seal' | 'load' | 'layReady' | 'post' | 'handOver' | 'takeBack' | 'receipt' | 'trade' | 'settle'
  path: string
  fields: Field[]
}

const STEPS: Record<ItemStep['act'], ItemStep> = {
  stock: { act: 'stock', path: 'stock', fields: ['numbers'] },
  seal: { act: 'seal', path: 'seal', fields: ['seal'] },
  load: { act: 'load', path: 'load', fields: ['cabinet', 'sealAgain', 'witness', 'password'] },
  layReady: { act: 'layReady', path: 'lay-ready', fields: [] },
  post: { act: 'post', path: 'post', fields: ['carrier', 'tracking'] },
  handOver: { act: 'handOver', path: 'hand-over', fields: ['paper', 'code'] },
  takeBack: { act: 'takeBack', path: 'take-back', fields: ['witness', 'password'] },
  receipt: { act: 'receipt', path: 'receipt', fields: [] },
  trade: { act: 'trade', path: 'trade', fields: ['trace'] },
  settle: { act: 'settle', path: 'settle', fields: [] },
}

/** The steps that an item is at, the usual one first. */
export function stepsOf(item: Item): ItemStep[] {
  const found: ItemStep['act'][] = []
  const { status, how } = item
  // Cash for a machine has a page of its own.
  if (how === 'machine') return []
  if (status === 'created' && how !== 'dispenser') found.push('stock')
  if (status === 'stocked') found.push(how === 'counter' ? 'layReady' : 'seal')
  if (status === 'sealed' && how === 'locker') found.push('load')
  if (status === 'sealed' && how === 'mail' && item.is_trade_done) found.push('post')
  if (status === 'ready' && how !== 'dispenser') found.push('handOver')
  if (status === 'loaded' && how === 'mail') found.push('receipt', 'takeBack')
  if (status === 'expired') found.push('takeBack')
  if (status === 'picked_up' || status === 'returned' || status === 'missing') found.push('settle')
  if (!item.is_trade_done && !['settled', 'cancelled'].includes(status)) found.push('trade')
  return found.map((act) => STEPS[act])
}

/** What is sent for a step. */
export function bodyOf(step: ItemStep, entered: Partial<Record<Field, string>>): Record<string, unknown> {
  const said = (name: Field): string => (entered[name] ?? '').trim()
  if (step.act === 'stock') return { numbers: said('numbers').split(/[,，\s]+/).filter(Boolean) }
  if (step.act === 'seal') return { seal: said('seal') }
  if (step.act === 'load') return { device: said('cabinet'), seal: said('sealAgain'), ...bodyOfWitness(entered) }
  if (step.act === 'takeBack') return bodyOfWitness(entered)
  if (step.act === 'post') return { carrier: said('carrier'), tracking: said('tracking') }
  if (step.act === 'handOver') return { id_number: said('paper'), code: said('code') }
  if (step.act === 'trade') return { trace: said('trace') }
  return {}
}

/** Who stands beside, where somebody does; the server says whether somebody must. */
export function bodyOfWitness(entered: Partial<Record<Field, string>>): Record<string, string> {
  const witness = (entered.witness ?? '').trim()
  return witness ? { witness, password: entered.password ?? '' } : {}
}

const MAY_BE_EMPTY: ReadonlySet<Field> = new Set(['numbers', 'witness', 'password'])

/** Whether everything that a step needs was entered. */
export function isComplete(step: ItemStep, entered: Partial<Record<Field, string>>): boolean {
  return step.fields.every((name) => MAY_BE_EMPTY.has(name) || (entered[name] ?? '').trim() !== '')
}
