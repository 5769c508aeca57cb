/** The words of the live socket at `/live`, one JSON text a message. */
import type { Json } from './mergePatch'

/** The position a page holds in a view: resuming from it brings only what came after. */
export interface Position {
  /** Names one run of the view; a position of another epoch means nothing. */
  epoch: string
  version: number
}

export type ClientMessage =
  | { op: 'watch'; view: string; key: string; since: Position | null }
  | { op: 'unwatch'; view: string; key: string }
  | { op: 'ping' }

export type ServerMessage =
  | { op: 'snapshot'; view: string; key: string; epoch: string; version: number; data: Json }
  | { op: 'patch'; view: string; key: string; version: number; patch: Json }
  | { op: 'refused'; view: string; key: string; error: { code: string; message: string } }
  | { op: 'pong' }

/** The first reconnect comes after at most this long, in milliseconds. */
export const BACKOFF_FIRST_MS = 500
/** No reconnect waits longer than this, in milliseconds. */
export const BACKOFF_MAX_MS = 10_000
/** How often the page asks whether the server is there, in milliseconds. */
export const PING_EVERY_MS = 10_000
/** After this long without a word from the server the link counts as lost, in milliseconds. */
export const SILENCE_MAX_MS = 15_000

/** The close code with which the server ends the socket of a session that is over. */
export const CLOSE_SESSION_OVER = 4401

/**
 * How long to wait before reconnect number `attempt` (0 is the first), in milliseconds: doubling from 0.5 s
 * to 10 s, each spread over the upper half of its span so that a hall's screens do not all come back in the
 * same instant. `random` is a draw from [0, 1).
 */
export function backoffMs(attempt: number, random: number): number {
  const span = Math.min(BACKOFF_MAX_MS, BACKOFF_FIRST_MS * 2 ** Math.min(attempt, 30))
  return Math.round(span / 2 + (span / 2) * random)
}
