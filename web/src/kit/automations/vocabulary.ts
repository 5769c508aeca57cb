/** The words in which automations are written, looked up by name. Pure but for what it is given. */
import type { Catalogue, Condition, Fact, Field, OfferedAction, OfferedEvent, Op, Parameter, Scalar, Trigger } from '@/live/automations'
import type { DeviceType, Quantity } from '@/live/devices'

export type Kind = 'switch' | 'number' | 'text' | 'choice'
/** What can be compared: of which kind it is, undefined where only the running branch knows. */
export interface Comparable {
  kind: Kind | undefined
  unit: string
  choices: readonly { id: string; text: { zh: string; en: string } | undefined }[]
}

const OPS: Readonly<Record<Kind, readonly Op[]>> = {
  switch: ['is'],
  number: ['over', 'at_least', 'under', 'at_most', 'is', 'is_not'],
  choice: ['is', 'is_not', 'one_of'],
  text: ['is', 'is_not', 'one_of'],
}
export const opsOf = (kind: Kind | undefined): readonly Op[] => (kind ? OPS[kind] : ['is', 'is_not', 'over', 'at_least', 'under', 'at_most'])

export class Vocabulary {
  readonly events: ReadonlyMap<string, OfferedEvent>
  readonly facts: ReadonlyMap<string, Fact>
  readonly actions: ReadonlyMap<string, OfferedAction>

  constructor(
    readonly catalogue: Catalogue,
    private readonly types: readonly DeviceType[] = [],
    private readonly typeOfDevice: Readonly<Record<string, string>> = {},
  ) {
    this.events = new Map(catalogue.events.map((one) => [one.name, one]))
    this.facts = new Map(catalogue.facts.map((one) => [one.name, one]))
    this.actions = new Map(catalogue.actions.map((one) => [one.name, one]))
  }

  /** The types of which there are devices here. */
  typesHere(): string[] {
    return Object.values(this.typeOfDevice)
  }

  /** What can be set on a device, and is reported by it. */
  quantities(device: unknown): readonly Quantity[] {
    const type = typeof device === 'string' ? this.typeOfDevice[device] : undefined
    return this.types.find(({ code }) => code === type)?.properties ?? []
  }

  quantity(device: unknown, property: unknown): Quantity | undefined {
    return this.quantities(device).find(({ name }) => name === property)
  }

  /** A property of a chosen device is chosen too: its type says which there are. */
  isProperty(parameter: Parameter): boolean {
    return parameter.name === 'property'
  }

  field(event: string, name: string): Field | undefined {
    const [head, key] = name.split('.', 2)
    return this.events.get(event)?.fields.find((one) => one.name === head && (key !== undefined) === (one.kind === 'map'))
  }

  /** The fields that every trigger brings; none where a trigger is no event. */
  commonFields(triggers: readonly Trigger[]): Field[] {
    const lists = triggers.map((one) => (one.kind === 'event' ? (this.events.get(one.event)?.fields ?? []) : []))
    const [first, ...others] = lists
    return (first ?? []).filter(({ name }) => others.every((list) => list.some((one) => one.name === name)))
  }

  /** The fields that any trigger brings. */
  anyFields(triggers: readonly Trigger[]): Field[] {
    const all = triggers.flatMap((one) => (one.kind === 'event' ? [...(this.events.get(one.event)?.fields ?? [])] : []))
    return [...new Map(all.map((one) => [one.name, one])).values()]
  }

  ofField(event: string, name: string): Comparable {
    return comparableField(this.field(event, name))
  }

  ofFact(fact: string, args: Readonly<Record<string, Scalar>>): Comparable {
    const found = this.facts.get(fact)
    if (found?.kind === null) {
      const quantity = this.quantity(args['device'], args['property'])
      return quantity
        ? { kind: quantity.kind, unit: quantity.unit, choices: quantity.choices.map((id, at) => ({ id, text: quantity.choice_texts[at] })) }
        : { kind: undefined, unit: '', choices: [] }
    }
    return { kind: found?.kind ?? 'number', unit: found?.unit ?? '', choices: (found?.choices ?? []).map((id, at) => ({ id, text: found?.choice_texts[at] })) }
  }
}

export function comparableField(field: Field | undefined): Comparable {
  const kind = field?.kind === 'map' ? undefined : field?.kind
  return { kind, unit: '', choices: (field?.choices ?? []).map((id) => ({ id, text: undefined })) }
}

/** The value to begin with where something of this kind is compared. */
export function firstValue({ kind, choices }: Comparable, op: Op): Scalar | Scalar[] {
  if (op === 'one_of') return choices[0] ? [choices[0].id] : []
  if (kind === 'switch') return true
  if (kind === 'number') return 0
  return choices[0]?.id ?? ''
}

export const isGroup = (one: Condition): one is Extract<Condition, { kind: 'all' | 'any' }> => one.kind === 'all' || one.kind === 'any'
