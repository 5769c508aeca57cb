/** How a window is shown to the hall: icon, word and colour; a free window and a busy one are both open. */
import type { BoardCounter, BoardView } from '@/live/hall'
import type { Status } from '@/kit/status'

export interface WindowShown extends BoardCounter {
  id: string
  status: Status
}

const STATUS: Readonly<Record<BoardCounter['state'], Status>> = {
  open: 'open',
  calling: 'calling',
  serving: 'serving',
  paused: 'paused',
  closed: 'closed',
}

/** All windows by their sign. */
export const windowsOf = (view: BoardView): WindowShown[] =>
  Object.entries(view.counters)
    .map(([id, counter]) => ({ id, ...counter, status: STATUS[counter.state] }))
    .sort((one, other) => one.sign.localeCompare(other.sign, 'zh-CN', { numeric: true }))
