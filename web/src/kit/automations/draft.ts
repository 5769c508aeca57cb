/** An automation while it is written: what a new part of it is, and how it goes to the server and back. Pure. */
import type { Automation, AutomationDraft, Call, Condition, ConditionKind, Group, Parameter, Trigger, TriggerKind } from '@/live/automations'
import { comparableField, firstValue, isGroup, type Vocabulary } from './vocabulary'

export const TRIGGER_KINDS: readonly TriggerKind[] = ['event', 'fact', 'time', 'hours', 'sun', 'interval']
export const CONDITION_KINDS: readonly ConditionKind[] = ['fact', 'field', 'time_window', 'business_day', 'business_hours', 'sun_up', 'all', 'any', 'not']
export const TRIGGERS_MAX = 8
export const ACTIONS_MAX = 16
export const PARTS_MAX = 12

type Arguments = NonNullable<Call['parameters']>

/** In the form the condition is always a list of conditions, all or any of which must hold. */
export interface Written extends Omit<AutomationDraft, 'condition'> {
  condition: Group
}

export function written(one: Automation | AutomationDraft): Written {
  const { condition, ...rest } = structuredClone(one)
  const draft = rest as Written & { id?: string; branch?: string }
  delete draft.id
  delete draft.branch
  draft.condition = !condition ? { kind: 'all', of: [] } : isGroup(condition) ? condition : { kind: 'all', of: [condition] }
  return draft
}

/** As the server wants it: without what holds nothing. */
export function sent(draft: Written): AutomationDraft {
  const kept = tidy(draft.condition)
  const plain = kept && isGroup(kept) && kept.of.length === 1 ? (kept.of[0] ?? null) : kept
  return { ...draft, condition: plain, actions: draft.actions.map(({ action, parameters }) => ({ action, parameters: filled(parameters ?? {}) })) }
}

/** Groups that hold nothing say nothing. */
function tidy(one: Condition): Condition | null {
  if (isGroup(one)) {
    const of = one.of.map(tidy).filter((part) => part !== null)
    return of.length > 0 ? { ...one, of } : null
  }
  if (one.kind !== 'not') return one
  const inner = tidy(one.of)
  return inner && { ...one, of: inner }
}

const filled = (parameters: Arguments): Arguments => Object.fromEntries(Object.entries(parameters).filter(([, value]) => value !== ''))

export function blank(): Written {
  return {
    name: { zh: '', en: '' }, about: { zh: '', en: '' }, enabled: true, mode: 'single', cooldown_seconds: 0, runs_a_minute_max: 10,
    triggers: [], condition: { kind: 'all', of: [] }, actions: [],
  }
}

export function newTrigger(kind: TriggerKind, words: Vocabulary): Trigger {
  switch (kind) {
    case 'event':
      return { kind, event: words.catalogue.events[0]?.name ?? '', where: [] }
    case 'fact': {
      const fact = words.catalogue.facts[0]?.name ?? ''
      return { kind, ...factOf(fact, words), for_seconds: 0 }
    }
    case 'time':
      return { kind, at: '08:00', days: [], business_days_only: true }
    case 'hours':
      return { kind, moment: 'opens', offset_minutes: 0 }
    case 'sun':
      return { kind, moment: 'set', offset_minutes: 0 }
    case 'interval':
      return { kind, minutes: 30 }
  }
}

export function newCondition(kind: ConditionKind, words: Vocabulary, triggers: readonly Trigger[]): Condition {
  switch (kind) {
    case 'field': {
      const field = words.anyFields(triggers)[0]
      return { kind, field: field?.name ?? '', op: 'is', value: firstValue(comparableField(field), 'is') as string }
    }
    case 'fact':
      return { kind, ...factOf(words.catalogue.facts[0]?.name ?? '', words) }
    case 'time_window':
      return { kind, start: '09:00', end: '17:00' }
    case 'business_day':
    case 'business_hours':
    case 'sun_up':
      return { kind, value: true }
    case 'all':
    case 'any':
      return { kind, of: [{ kind: 'business_hours', value: true }] }
    case 'not':
      return { kind, of: { kind: 'business_hours', value: true } }
  }
}

export function newAction(action: string, words: Vocabulary): Call {
  return { action, parameters: defaults(words.actions.get(action)?.parameters ?? [], words) }
}

/** A fact with arguments that exist and a comparison that fits it. */
export function factOf(fact: string, words: Vocabulary): Pick<Extract<Condition, { kind: 'fact' }>, 'fact' | 'arguments' | 'op' | 'value'> {
  const args = defaults(words.facts.get(fact)?.parameters ?? [], words) as Record<string, boolean | number | string>
  const comparable = words.ofFact(fact, args)
  const op = comparable.kind === 'number' ? 'over' : 'is'
  return { fact, arguments: args, op, value: firstValue(comparable, op) as string }
}

/** What must be given begins with the first value that there is. */
function defaults(parameters: readonly Parameter[], words: Vocabulary): Arguments {
  const found: Record<string, boolean | number | string> = {}
  for (const one of parameters) {
    if (!one.required) continue
    const listed = one.options ? words.catalogue.options[one.options]?.[0]?.value : undefined
    if (words.isProperty(one)) found[one.name] = words.quantities(found['device'])[0]?.name ?? ''
    else if (one.kind === 'switch') found[one.name] = true
    else if (one.kind === 'number') found[one.name] = one.low ?? 0
    else found[one.name] = listed ?? one.choices[0] ?? ''
  }
  return found
}

/** A short name for machines that nothing else has. */
export const newId = (random: string): string => `own.${random.replaceAll('-', '').slice(0, 12).toLowerCase()}`

export type Gap = 'name' | 'triggers' | 'actions'
/** What is still missing before it can be saved or tried; the server sees to the rest. */
export function gapsOf(draft: Written): Gap[] {
  const gaps: Gap[] = []
  if (!draft.name.zh.trim()) gaps.push('name')
  if (draft.triggers.length === 0) gaps.push('triggers')
  if (draft.actions.length === 0) gaps.push('actions')
  return gaps
}

export function moved<Item>(list: readonly Item[], from: number, by: -1 | 1): Item[] {
  const next = [...list]
  const [item] = next.splice(from, 1)
  if (item !== undefined) next.splice(Math.max(0, from + by), 0, item)
  return next
}
