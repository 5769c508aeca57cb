/** What the player draws for a journey as it stands. Pure. */
import type { JourneyView } from './types'

/**
 * elsewhere: it goes on at another terminal. over: nothing is left to do. broken: the scenario itself failed.
 * refused: what was asked for was refused. staff: a member of staff fills this in. work: something is under way.
 * form: somebody is asked.
 */
export type Stage = 'elsewhere' | 'over' | 'broken' | 'refused' | 'staff' | 'work' | 'form'

export function stageOf(view: JourneyView, isStaff: boolean): Stage {
  if (view.status === 'done' || view.status === 'cancelled' || view.status === 'expired') return 'over'
  if (!view.is_here) return 'elsewhere'
  if (view.is_broken) return 'broken'
  if (view.refusal) return 'refused'
  if (view.at_work) return 'work'
  if (!view.screen) return 'work'
  return view.screen.actor === 'staff' && !isStaff ? 'staff' : 'form'
}

/** Changes when another screen stands there, and with nothing else: then the heading takes the focus. */
export const screenKey = (view: JourneyView, isStaff: boolean): string => {
  const stage = stageOf(view, isStaff)
  return stage === 'form' ? `${stage} ${view.screen?.step ?? ''} ${String(view.answered)}` : stage === 'work' ? `${stage} ${view.at_work?.action ?? ''}` : stage
}

/** What becomes of a journey that its customer walks away from. */
export type Leaving = 'nothing' | 'finish' | 'park' | 'cancel'

export function leavingOf(view: JourneyView | null): Leaving {
  if (!view) return 'nothing'
  const stage = stageOf(view, false)
  if (stage === 'over' || stage === 'elsewhere') return 'nothing'
  // The slip was read, or nobody was there any more to press the last key: it is done.
  if (stage === 'form' && view.screen?.kind === 'receipt' && view.screen.fields.length === 0) return 'finish'
  return view.has_effect || view.at_work ? 'park' : 'cancel'
}

/** The newer of two views; the live one and the answer to a command may come in any order. */
export const newer = (held: JourneyView | null, come: JourneyView): JourneyView =>
  held?.journey === come.journey && held.sequence > come.sequence ? held : come
