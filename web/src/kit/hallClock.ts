/**
 * The hall's time. Every moment in a view is the server's; a screen whose own clock is wrong, and a
 * demonstration whose day runs faster, would count wrongly by the browser's. Until the server has answered,
 * and where it cannot be asked, the browser's clock has to do.
 */
import { call } from '@/api/client'

interface Reading {
  /** The hall's time at `at`, in milliseconds since 1970 UTC. */
  now_ms: number
  speed: number
  /** When it was read, by a clock that nobody sets: milliseconds since the page opened. */
  at: number
}

/** How often the server is asked again, in milliseconds. */
const ASK_EVERY_MS = 60_000
/** What is asked while there was no answer yet. */
const ASK_AGAIN_MS = 5_000

let reading: Reading | undefined
let zone = ''
let onZone: (timeZone: string) => void = () => undefined
let timer: ReturnType<typeof setTimeout> | undefined

/** The hall's time at `at`, from a reading of it. */
export const timeFrom = (read: Reading, at: number): number => Math.round(read.now_ms + (at - read.at) * read.speed)

/** Milliseconds since 1970 UTC, as the hall counts them. */
export const hallNow = (): number => (reading ? timeFrom(reading, performance.now()) : Date.now())

async function ask(): Promise<void> {
  const before = performance.now()
  try {
    const answer = await call<{ now_ms: number; speed: number; time_zone: string }>('GET', '/api/clock')
    if (answer.time_zone !== zone) {
      zone = answer.time_zone
      onZone(zone)
    }
    // The answer is about as old as its way back took.
    reading = { ...answer, at: (before + performance.now()) / 2 }
  } catch {
    // A page without a link goes on counting from what it knows.
  }
  timer = setTimeout(() => void ask(), reading ? ASK_EVERY_MS : ASK_AGAIN_MS)
}

/**
 * Begins to follow the hall's time; startSurface does. `tellZone` hears of the branch's time zone: a screen
 * shows the branch's time of day, wherever the browser believes to be.
 */
export function followHallClock(tellZone: (timeZone: string) => void): void {
  onZone = tellZone
  if (timer === undefined) void ask()
}
