/** Automations as the server describes them, by short names. */
import type { components } from '@/api/schema'

type Schemas = components['schemas']

/** `automations.branch`, by branch: all that hold there, by id. */
export type BranchAutomations = Schemas['BranchAutomations']
/** What holds in the whole bank, by id. */
export type BankAutomations = Schemas['BankAutomations']
export type AutomationView = Schemas['AutomationView']
export type Automation = Schemas['Automation']
export type AutomationDraft = Schemas['AutomationDraft']
export type Trigger = AutomationDraft['triggers'][number]
export type TriggerKind = Trigger['kind']
export type Condition = NonNullable<AutomationDraft['condition']>
export type ConditionKind = Condition['kind']
export type Group = Extract<Condition, { kind: 'all' | 'any' }>
export type Call = AutomationDraft['actions'][number]
export type Op = Schemas['Op']
export type Scalar = boolean | number | string
export type Argument = Scalar | Schemas['FromEvent']

/** All the words in which one can be written. */
export type Catalogue = Schemas['Catalogue']
export type OfferedEvent = Schemas['OfferedEvent']
export type OfferedAction = Schemas['OfferedAction']
export type Fact = Schemas['Fact']
export type Field = Schemas['FieldInfo']
export type Parameter = Schemas['Parameter']

export type AutomationRun = Schemas['AutomationRun']
export type Planned = Schemas['Planned']
export type RunState = AutomationRun['state']
export type Trial = Schemas['AutomationTrial']
export type Occasion = Schemas['TriedOccasion']
