/**
 * The hall's live views, as the server makes them (src/tingtang/hall/views.py). What is null on the server is
 * absent here: a merge patch cannot say null.
 */
import type { Estimate } from '@/kit/estimate'
import type { Text } from '@/kit/composables/useText'

export type TicketState = 'waiting' | 'called' | 'serving' | 'held' | 'passed' | 'finished' | 'abandoned'
export type CounterState = 'closed' | 'open' | 'calling' | 'serving' | 'paused'
export type Care = 'elder' | 'disabled' | 'pregnant' | 'child'
export type Busy = 'closed' | 'idle' | 'normal' | 'busy' | 'saturated'
export type Segment = 'booked' | 'vip_head_office' | 'vip_managing_branch' | 'vip_branch' | 'care' | 'ordinary'
export type Channel = 'kiosk' | 'pad' | 'counter' | 'phone' | 'booking'

export interface BoardCall {
  number: string
  counter: string
  sign: string
  zone: Text
  time_ms: number
  again: boolean
}

export interface BoardService {
  name: Text
  prefix: string
  waiting: number
  wait?: Estimate
}

export interface BoardCounter {
  sign: string
  zone: string
  state: CounterState
  high: boolean
  number: string
  services: readonly string[]
}

export interface Notice {
  text: Text
  time_ms: number
  until_ms: number
}

/** `hall.board`, by branch. */
export interface BoardView {
  branch: Text
  date: string
  open: boolean
  taking: boolean
  busy: Busy
  waiting: number
  /** By sequence. */
  calls: Readonly<Record<string, BoardCall>>
  last_call: number
  services: Readonly<Record<string, BoardService>>
  counters: Readonly<Record<string, BoardCounter>>
  notices: Readonly<Record<string, Notice>>
}

export interface TicketLeg {
  /** Its place among all services of the ticket, as a rating names it; not its place in this list. */
  leg: number
  service: string
  name: Text
  done: boolean
  score: number
}

export interface StaffTicket {
  ticket: string
  number: string
  state: TicketState
  segment: Segment
  channel: Channel
  service: string
  service_name: Text
  visit: string
  customer: string
  /** Masked, and only with the customer's consent. */
  name: string
  care: readonly Care[]
  issued_ms: number
  since_ms: number
  booked_ms: number
  counter: string
  later: readonly string[]
  reason: string
  due_ms: number
  passes: number
  wait?: Estimate
}

/** `hall.counter`, by branch/counter. */
export interface CounterView {
  counter: string
  sign: string
  state: CounterState
  staff: string
  staff_name: string
  services: Readonly<Record<string, Text>>
  could: Readonly<Record<string, Text>>
  since_ms: number
  pause_reason: string
  current?: StaffTicket
  called_ms: number
  started_ms: number
  standard_ms: number
  why?: Text
  legs: readonly TicketLeg[]
  /** Who would come next, by place from "1". */
  next: Readonly<Record<string, StaffTicket>>
  waiting: Readonly<Record<string, number>>
  held: Readonly<Record<string, StaffTicket>>
  served: number
  tally: { finished: number; mean_service_ms?: number; ratings: number; mean_score?: number }
  taking: boolean
  open: boolean
}

/** `hall.window`, by branch/counter: the customer's side of a counter. */
export interface WindowView {
  branch: Text
  sign: string
  state: CounterState
  open: boolean
  number: string
  service: Text
  called_ms: number
  started_ms: number
  pause_reason: string
  rate?: { ticket: string; leg: number; number: string; service: Text; ended_ms: number }
}

export interface PadVisit {
  visit: string
  name: string
  care: readonly Care[]
  zone: string
  arrived_ms: number
  tickets: readonly string[]
  busy_at: string
  busy_since_ms: number
}

export interface PadCounter {
  sign: string
  zone: string
  high: boolean
  state: CounterState
  staff: string
  staff_name: string
  ticket: string
  number: string
  since_ms: number
  pause_reason: string
  served: number
  services: readonly string[]
  could: readonly string[]
}

/** `hall.pad`, by branch: the whole hall, for the people who run it. */
export interface HallView {
  branch: Text
  date: string
  open: boolean
  taking: boolean
  busy: Busy
  in_hall: number
  waiting: number
  tickets: Readonly<Record<string, StaffTicket>>
  visits: Readonly<Record<string, PadVisit>>
  counters: Readonly<Record<string, PadCounter>>
  services: Readonly<Record<string, BoardService>>
  notices: Readonly<Record<string, Notice>>
}

export type TaskKind =
  | 'call_manager'
  | 'vip_reception'
  | 'long_wait'
  | 'care'
  | 'stuck'
  | 'hold_ended'
  | 'service_long'
  | 'crowded'
  | 'complaint'
  | 'other'
export type Grade = 'note' | 'yellow' | 'orange' | 'red'
export type TaskState = 'offered' | 'unanswered' | 'accepted' | 'done' | 'cancelled'

export interface Task {
  task: string
  kind: TaskKind
  grade: Grade
  state: TaskState
  zone: string
  subject: string
  number: string
  note: string
  remarks: readonly { text: string; by: string; time_ms: number }[]
  raised_ms: number
  offered_to: string
  offered_name: string
  until_ms: number
  accepted_by: string
  accepted_name: string
  accepted_ms: number
  closed_ms: number
  outcome: string
}

/** `hall.tasks`, by branch. */
export interface TasksView {
  tasks: Readonly<Record<string, Task>>
  people: Readonly<Record<string, { name: string; roles: readonly string[]; zone: string; load: number }>>
}

/** `hall.suggestions`, by branch: what to change at the counters, by rank from "1". */
export interface SuggestionsView {
  suggestions: Readonly<
    Record<
      string,
      {
        id: string
        kind: 'resume' | 'open' | 'switch' | 'move'
        counter: string
        sign: string
        staff: string
        staff_name: string
        on_duty: boolean
        service: string
        waiting: number
        before_ms?: number
        after_ms?: number
        title: Text
        reason: Text
        effect: Text
      }
    >
  >
}
