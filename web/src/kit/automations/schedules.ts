/**
 * Power schedules: two automations under one name, `power.<name>.on` and `power.<name>.off`, each at a time and with
 * one action for every zone, type or device. Pure.
 */
import type { Automation, AutomationDraft, Call } from '@/live/automations'

export const TARGET_KINDS = ['all', 'zone', 'type', 'device'] as const
export type TargetKind = (typeof TARGET_KINDS)[number]
export interface Target {
  kind: TargetKind
  /** Empty for all. */
  id: string
}

export interface Schedule {
  /** Empty for one that was not saved yet. */
  key: string
  name: { zh: string; en: string }
  enabled: boolean
  targets: Target[]
  /** 08:00; empty where nothing is switched on by it. */
  on: string
  off: string
  /** Weekdays from 0, Monday; empty means every day. */
  days: number[]
  businessDaysOnly: boolean
}

export const TARGETS_MAX = 16
const ID = /^power\.([a-z0-9_-]+)\.(on|off)$/
const ACTION = 'devices.power'

export const idOf = (key: string, half: 'on' | 'off'): string => `power.${key}.${half}`
export const newKey = (random: string): string => random.replaceAll('-', '').slice(0, 10).toLowerCase()

export function blankSchedule(): Schedule {
  return { key: '', name: { zh: '', en: '' }, enabled: true, targets: [], on: '08:00', off: '18:00', days: [], businessDaysOnly: true }
}

function targetOf(call: Call): Target | null {
  const said = Object.entries(call.parameters ?? {}).filter(([name, value]) => name !== 'state' && value !== '')
  if (said.length === 0) return { kind: 'all', id: '' }
  const [one, ...others] = said
  if (!one || others.length > 0 || typeof one[1] !== 'string' || !TARGET_KINDS.includes(one[0] as TargetKind)) return null
  return { kind: one[0] as TargetKind, id: one[1] }
}

/** What of an automation a schedule says; null for one that was written otherwise. */
function halfOf(one: Automation): { at: string; days: number[]; businessDaysOnly: boolean; targets: Target[] } | null {
  const [trigger, ...others] = one.triggers
  if (trigger?.kind !== 'time' || others.length > 0 || one.condition) return null
  const targets = one.actions.map((call) => (call.action === ACTION ? targetOf(call) : null))
  if (targets.some((target) => target === null)) return null
  return { at: trigger.at, days: [...(trigger.days as number[])], businessDaysOnly: trigger.business_days_only, targets: targets as Target[] }
}

/** The schedules among a branch's automations. What the form could not say is left to the automations' own page. */
export function schedulesOf(automations: readonly Automation[]): Schedule[] {
  const found = new Map<string, Schedule>()
  for (const one of automations) {
    const [, key, half] = ID.exec(one.id) ?? []
    const said = key && half ? halfOf(one) : null
    if (!key || !said) continue
    const known = found.get(key) ?? { ...blankSchedule(), key, on: '', off: '', name: { zh: one.name.zh, en: one.name.en ?? '' }, enabled: false }
    known.enabled ||= one.enabled
    known.targets = said.targets
    known.days = said.days
    known.businessDaysOnly = said.businessDaysOnly
    if (half === 'on') known.on = said.at
    else known.off = said.at
    found.set(key, known)
  }
  return [...found.values()].sort((one, other) => (one.on || one.off).localeCompare(other.on || other.off) || one.key.localeCompare(other.key))
}

const action = (state: 'on' | 'off', { kind, id }: Target): Call => ({ action: ACTION, parameters: kind === 'all' ? { state } : { state, [kind]: id } })

/** The automations that a schedule is; null stands for a half that it does not have. */
export function halvesOf(schedule: Schedule): Record<'on' | 'off', AutomationDraft | null> {
  const half = (state: 'on' | 'off', at: string): AutomationDraft | null =>
    at === ''
      ? null
      : {
          name: { ...schedule.name }, about: { zh: '', en: '' }, enabled: schedule.enabled, mode: 'queued', cooldown_seconds: 0, runs_a_minute_max: 10, condition: null,
          triggers: [{ kind: 'time', at, days: schedule.days.length === 7 ? [] : [...schedule.days].sort(), business_days_only: schedule.businessDaysOnly }],
          actions: schedule.targets.map((target) => action(state, target)),
        }
  return { on: half('on', schedule.on), off: half('off', schedule.off) }
}

export type ScheduleGap = 'name' | 'targets' | 'times'
export function scheduleGaps(schedule: Schedule): ScheduleGap[] {
  const gaps: ScheduleGap[] = []
  if (!schedule.name.zh.trim()) gaps.push('name')
  if (schedule.targets.length === 0 || schedule.targets.some(({ kind, id }) => kind !== 'all' && id === '')) gaps.push('targets')
  if (schedule.on === '' && schedule.off === '') gaps.push('times')
  return gaps
}
