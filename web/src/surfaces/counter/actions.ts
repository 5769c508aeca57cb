/**
 * What a teller can do now, and by which key. Pure: the page draws what this says and sends what it names.
 * The space bar always is the next thing: call, then start, then finish and call.
 */
import type { CounterView } from '@/live/hall'

export type ActionId =
  | 'call'
  | 'start'
  | 'finish_call'
  | 'recall'
  | 'pass'
  | 'hold'
  | 'transfer'
  | 'services'
  | 'finish'
  | 'abandon'
  | 'pause'
  | 'resume'
  | 'manager'
  | 'elastic'
  | 'business'

export interface Action {
  id: ActionId
  /** The key that presses it, as `KeyboardEvent.key` in capitals; " " is the space bar. */
  key: string
}

export const KEYS: Readonly<Record<ActionId, string>> = {
  call: ' ',
  start: 'S',
  finish_call: ' ',
  recall: 'R',
  pass: 'P',
  hold: 'H',
  transfer: 'T',
  services: 'N',
  finish: 'F',
  abandon: 'A',
  pause: 'B',
  resume: 'B',
  manager: 'M',
  elastic: 'E',
  business: 'J',
}

/** The action of the space bar in this state; none while the counter is paused or closed. */
export function nextAction(view: CounterView): ActionId | null {
  if (view.current?.state === 'called') return 'start'
  if (view.current?.state === 'serving') return 'finish_call'
  return view.state === 'open' ? 'call' : null
}

/** What can be done in this state, in the order it is shown; the first is what the space bar does. */
export function actionsFor(view: CounterView, may: (permission: string) => boolean): ActionId[] {
  const { current, state } = view
  const rest: ActionId[] = [...(may('journey.serve') ? (['business'] as const) : []), 'manager']
  if (Object.keys(view.could).length > 0 || Object.keys(view.services).length > 1) rest.push('elastic')
  if (current) {
    const abandon: ActionId[] = may('ticket.abandon') ? ['abandon'] : []
    if (current.state === 'called') return ['start', 'recall', 'pass', 'hold', 'transfer', 'services', ...abandon, ...rest]
    return ['finish_call', 'finish', 'services', 'hold', 'transfer', ...rest]
  }
  if (state === 'open') return ['call', 'pause', ...rest]
  if (state === 'paused') return ['resume', ...rest]
  return rest
}

/** The action that a key presses now, or null. */
export function actionOfKey(key: string, actions: readonly ActionId[], view: CounterView): ActionId | null {
  const pressed = key.toUpperCase()
  if (pressed === ' ') return nextAction(view)
  return actions.find((id) => KEYS[id] === pressed) ?? null
}

/** Whether a key press is meant for the page: not for a field, a dialog, or a button that is being tabbed to. */
export function isForPage(event: KeyboardEvent, isDialogOpen: boolean): boolean {
  if (isDialogOpen || event.repeat || event.ctrlKey || event.metaKey || event.altKey) return false
  const target = event.target as Element | null
  if (target?.closest('input, textarea, select, [contenteditable]')) return false
  // A button that a keyboard user has tabbed to is theirs to press with the space bar.
  return !(event.key === ' ' && target?.matches('button:focus-visible, a:focus-visible'))
}
