/** Automations as sentences: what sets one off, what must hold, what is done. Pure. */
import type { AutomationDraft, Call, Condition, Field, Parameter, Planned, Scalar, Trigger } from '@/live/automations'
import { valueText, unitText, withUnit } from '../devices/values'
import type { Text } from '../composables/useText'
import { comparableField, isGroup, type Comparable, type Vocabulary } from './vocabulary'

export interface Speaker {
  say: (text: Text | null | undefined) => string
  t: (key: string, values?: Record<string, unknown>) => string
  /** Whether there is such a word. */
  te: (key: string) => boolean
  words: Vocabulary
}

interface Test {
  op?: string
  value: unknown
}

/** The name of an event's field; fields have no words of their own, the common ones have ours. */
export function fieldText(name: string, { t, te }: Pick<Speaker, 't' | 'te'>): string {
  const [head = '', key] = name.split('.', 2)
  const word = te(`automations.field.${head}`) ? t(`automations.field.${head}`) : head
  return key ? `${word} ${key}` : word
}

function scalarText(value: unknown, comparable: Comparable, { say, t, te }: Pick<Speaker, 'say' | 't' | 'te'>): string {
  if (Array.isArray(value)) return value.map((one) => scalarText(one, comparable, { say, t, te })).join(t('automations.comma'))
  if (typeof value === 'boolean') return t(value ? 'automations.yes' : 'automations.no')
  if (typeof value === 'number') return withUnit(value, unitText(comparable.unit, say))
  return say(comparable.choices.find(({ id }) => id === value)?.text) || (te(`automations.value.${String(value)}`) ? t(`automations.value.${String(value)}`) : String(value))
}

function testText(what: string, test: Test, comparable: Comparable, speaker: Speaker): string {
  const { t } = speaker
  if (typeof test.value === 'boolean' && (test.op ?? 'is') === 'is') return t(test.value ? 'automations.say.isSo' : 'automations.say.isNotSo', { what })
  return `${what} ${t(`automations.op.${test.op ?? 'is'}`)} ${scalarText(test.value, comparable, speaker)}`
}

const fieldTest = (test: Test & { field: string }, field: Field | undefined, speaker: Speaker): string => testText(fieldText(test.field, speaker), test, comparableField(field), speaker)

function factTest(test: Test & { fact: string; arguments?: Readonly<Record<string, Scalar>> }, speaker: Speaker): string {
  const fact = speaker.words.facts.get(test.fact)
  const args = test.arguments ?? {}
  const of = (fact?.parameters ?? []).map((one) => argumentText(one, args[one.name], args, speaker)).filter(Boolean)
  const what = `${speaker.say(fact?.text) || test.fact}${of.length > 0 ? speaker.t('automations.say.of', { of: of.join(' ') }) : ''}`
  return testText(what, test, speaker.words.ofFact(test.fact, args), speaker)
}

/** A value of a parameter as it is chosen from a list, or with its unit. */
export function argumentText(parameter: Parameter, value: unknown, args: Readonly<Record<string, unknown>>, speaker: Speaker): string {
  const { say, t, words } = speaker
  if (value === undefined || value === '') return ''
  if (typeof value === 'object' && value !== null && 'field' in value) return t('automations.say.fromEvent', { field: fieldText(String(value.field), speaker) })
  const listed = words.catalogue.options[parameter.options]?.find((one) => one.value === value)
  if (listed) return say(listed.text)
  if (words.isProperty(parameter)) return say(words.quantity(args['device'], value)?.text) || String(value)
  const at = parameter.choices.indexOf(String(value))
  if (at >= 0) return say(parameter.choice_texts[at]) || String(value)
  if (typeof value === 'number') return withUnit(value, unitText(parameter.unit, say))
  return typeof value === 'boolean' ? t(value ? 'automations.yes' : 'automations.no') : String(value)
}

function aroundText(moment: string, minutes: number, t: Speaker['t']): string {
  const what = t(`automations.moment.${moment}`)
  if (minutes === 0) return t('automations.say.at', { what })
  return t(minutes < 0 ? 'automations.say.before' : 'automations.say.after', { what, n: Math.abs(minutes) })
}

export function daysText(days: readonly number[], businessDaysOnly: boolean, t: Speaker['t']): string {
  const named = days.length > 0 && days.length < 7 ? [...days].sort().map((day) => t(`automations.day.${day}`)).join(t('automations.comma')) : ''
  const business = businessDaysOnly ? t('automations.businessDays') : ''
  return [named, business].filter(Boolean).join(' ') || t('automations.everyDay')
}

export function triggerText(trigger: Trigger, speaker: Speaker): string {
  const { t, say, words } = speaker
  switch (trigger.kind) {
    case 'event': {
      const where = trigger.where.map((one) => fieldTest(one, words.field(trigger.event, one.field), speaker))
      return [say(words.events.get(trigger.event)?.text) || trigger.event, ...where].join(t('automations.comma'))
    }
    case 'fact':
      return factTest(trigger, speaker) + (trigger.for_seconds > 0 ? t('automations.say.for', { n: spanOf(trigger.for_seconds, t) }) : '')
    case 'time':
      return `${daysText(trigger.days, trigger.business_days_only, t)} ${trigger.at}`
    case 'interval':
      return t('automations.say.every', { n: trigger.minutes })
    case 'hours':
    case 'sun':
      return aroundText(trigger.moment, trigger.offset_minutes ?? 0, t)
  }
}

const spanOf = (seconds: number, t: Speaker['t']): string => (seconds % 60 === 0 ? t('automations.minutes', { n: seconds / 60 }) : t('automations.seconds', { n: seconds }))

export function conditionText(one: Condition, speaker: Speaker, triggers: readonly Trigger[]): string {
  const { t, words } = speaker
  if (isGroup(one)) {
    const parts = one.of.map((part) => (isGroup(part) && part.of.length > 1 ? t('automations.say.group', { of: conditionText(part, speaker, triggers) }) : conditionText(part, speaker, triggers)))
    return parts.join(t(one.kind === 'all' ? 'automations.say.and' : 'automations.say.or'))
  }
  switch (one.kind) {
    case 'field':
      return fieldTest(one, words.anyFields(triggers).find(({ name }) => name === one.field.split('.')[0]), speaker)
    case 'fact':
      return factTest(one, speaker)
    case 'time_window':
      return t('automations.say.window', { start: one.start, end: one.end })
    case 'business_day':
    case 'business_hours':
    case 'sun_up':
      return t(`automations.say.${one.kind}${one.value ? '' : '_not'}`)
    case 'not':
      return t('automations.say.not', { of: conditionText(one.of, speaker, triggers) })
  }
}

export function actionText(call: Call | Planned, speaker: Speaker): string {
  const { say, words } = speaker
  const action = words.actions.get(call.action)
  const args: Readonly<Record<string, unknown>> = ('parameters' in call ? call.parameters : 'arguments' in call ? call.arguments : {}) ?? {}
  const quantity = words.quantity(args['device'], args['property'])
  const texts = (action?.parameters ?? []).map((one) => {
    const value = args[one.name]
    // Which of three places a setting's value stands in is nobody's business.
    if (call.action === 'devices.set' && quantity && isPlain(value) && SETTING.has(one.name)) return valueText(quantity, value, say, speaker.t)
    return argumentText(one, value, args, speaker)
  })
  return [say(action?.text) || call.action, texts.filter(Boolean).join(' · ')].filter(Boolean).join(speaker.t('automations.colon'))
}

export const SETTING: ReadonlySet<string> = new Set(['on', 'number', 'text'])
const isPlain = (value: unknown): value is Scalar => typeof value === 'boolean' || typeof value === 'number' || typeof value === 'string'

/** When an automation runs, in one line: any of its triggers, and its condition. */
export function whenText(one: Pick<AutomationDraft, 'triggers' | 'condition'>, speaker: Speaker): string {
  const triggers = one.triggers.map((trigger) => triggerText(trigger, speaker)).join(speaker.t('automations.say.or'))
  const condition = one.condition ? conditionText(one.condition, speaker, one.triggers) : ''
  return [triggers, condition].filter(Boolean).join(speaker.t('automations.say.and'))
}
