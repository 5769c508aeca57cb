/** Which calls are still to be announced, and in what words. Pure. */
import type { Language } from '@/words/define'
import type { BoardCall, BoardView } from '@/live/hall'

export interface Call extends BoardCall {
  sequence: number
}

/** A call older than this is not spoken any more: a board that was away must not call people who have gone. */
export const TOO_OLD_MS = 30_000

/** All calls of the view, newest first. */
export const newestFirst = (view: BoardView): Call[] =>
  Object.entries(view.calls)
    .map(([sequence, call]) => ({ ...call, sequence: Number(sequence) }))
    .sort((one, other) => other.sequence - one.sequence)

/** The calls after `announced` that are still worth speaking, in the order in which they were made. */
export const toAnnounce = (view: BoardView, announced: number, now: number): Call[] =>
  newestFirst(view)
    .filter(({ sequence, time_ms }) => sequence > announced && now - time_ms <= TOO_OLD_MS)
    .reverse()

/** What stays on the board: each number once, at its latest call. */
export function lastCalled(view: BoardView, most: number): Call[] {
  const seen = new Set<string>()
  const shown: Call[] = []
  for (const call of newestFirst(view)) {
    if (seen.has(call.number)) continue
    seen.add(call.number)
    shown.push(call)
    if (shown.length === most) break
  }
  return shown
}

const DIGITS = ['零', '一', '二', '三', '四', '五', '六', '七', '八', '九']
/** "03" hangs above the window, but one says "3". */
const sign = (text: string): string => text.replace(/^0+(?=\d)/, '')

/** Number digit by digit, so that nobody waits for "one hundred and one". */
export function sentence(call: Pick<BoardCall, 'number' | 'sign'>, language: Language): string {
  if (language === 'en') return `Number ${[...call.number].join(' ')}, please come to counter ${sign(call.sign)}.`
  const number = call.number.replace(/\d/g, (digit) => DIGITS[Number(digit)] ?? digit)
  return `请${number}号到${sign(call.sign)}号窗口`
}

/** `?speak=` of a board's address: which languages it speaks, one after the other. */
export function voicesOf(wanted: string | null): Language[] {
  if (wanted === 'off') return []
  if (wanted === 'en') return ['en']
  return wanted === 'both' ? ['zh-CN', 'en'] : ['zh-CN']
}
