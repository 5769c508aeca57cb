/** How alarms and repairs look and are put in order: tone and icon, never a colour alone. */
import type { AlarmGrade, AlarmState, Cause, DeviceAlarm, RepairState, RepairStep } from '@/live/faults'
import { AlarmIcon, CheckCircleIcon, CheckIcon, ErrorCircleIcon, HelpCircleIcon, HourglassIcon, InfoCircleIcon, PauseCircleIcon, ToolsIcon, UsergroupIcon } from '../icons'
import type { Look } from './looks'

/** Most urgent first. */
export const GRADE_LOOKS: Readonly<Record<AlarmGrade, Look>> = {
  critical: { tone: 'bad', icon: ErrorCircleIcon },
  major: { tone: 'bad', icon: AlarmIcon },
  minor: { tone: 'warn', icon: AlarmIcon },
  notice: { tone: 'neutral', icon: InfoCircleIcon },
}
export const GRADES = Object.keys(GRADE_LOOKS) as AlarmGrade[]

export const ALARM_LOOKS: Readonly<Record<AlarmState, Look>> = {
  open: { tone: 'warn', icon: HelpCircleIcon },
  accepted: { tone: 'accent', icon: UsergroupIcon },
  suspended: { tone: 'neutral', icon: PauseCircleIcon },
  cleared: { tone: 'good', icon: CheckCircleIcon },
  closed: { tone: 'good', icon: CheckIcon },
}

export const REPAIR_LOOKS: Readonly<Record<RepairState, Look>> = {
  open: { tone: 'warn', icon: HelpCircleIcon },
  assigned: { tone: 'accent', icon: UsergroupIcon },
  in_work: { tone: 'accent', icon: ToolsIcon },
  waiting_parts: { tone: 'neutral', icon: HourglassIcon },
  done: { tone: 'warn', icon: CheckIcon },
  closed: { tone: 'good', icon: CheckCircleIcon },
}
export const REPAIR_STATES = Object.keys(REPAIR_LOOKS) as RepairState[]
export const CAUSES: readonly Cause[] = ['wear', 'defect', 'software', 'network', 'power', 'supplies', 'misuse', 'damage', 'not_found', 'other']
/** Steps for who maintains devices; the others are for whoever operates them. */
export const MAINTAINING: ReadonlySet<RepairStep> = new Set(['assign', 'start', 'wait_for_parts', 'finish'])

export type AlarmRow = DeviceAlarm & { id: string }

/** What waits for somebody comes first, then the more urgent, then the older. */
export function byUrgency(alarms: Readonly<Record<string, DeviceAlarm>>): AlarmRow[] {
  const quiet = ({ state, present, muted }: DeviceAlarm): number => (state === 'suspended' || !present || muted ? 1 : 0)
  return Object.entries(alarms)
    .map(([id, alarm]) => ({ ...alarm, id }))
    .sort((one, other) => quiet(one) - quiet(other) || GRADES.indexOf(one.grade) - GRADES.indexOf(other.grade) || one.raised_ms - other.raised_ms)
}

/** A ratio in per cent with as many digits as tell availabilities apart; a dash where there is none. */
export const percent = (ratio: number | null | undefined, digits = 1): string => (ratio === null || ratio === undefined ? '–' : `${(ratio * 100).toFixed(digits)}%`)
/** Hours with one digit below ten; a dash where there are none. */
export const hours = (value: number | null | undefined): string => (value === null || value === undefined ? '–' : value.toFixed(value < 10 ? 1 : 0))
export const yuan = (fen: number): string => `¥${(fen / 100).toFixed(2)}`
