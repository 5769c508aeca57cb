/**
 * Code scanners and card readers act as keyboards: a burst of characters, closed by Enter. A person is slower.
 * Characters are held back until it is clear which of the two it was, so that no card number is ever shown.
 */

/** Keys of one burst follow each other within this time, in milliseconds: readers need 1 to 30, people 80 and more. */
export const GAP_MS = 50
/** Fewer characters than this are typed: the shortest code that is scanned is that of a booking. */
export const LENGTH_MIN = 6
/** A longer burst is not one of ours: a key that was leaned on, or a reader gone wrong. */
export const LENGTH_MAX = 400

export interface Heard {
  /** What a reader read, when it has ended. */
  read?: string
  /** Keys that were held back and turn out to be typed: the page gets them now. */
  typed: string[]
  /** Whether this key is kept from the page, at least for now. */
  taken: boolean
}

export class Burst {
  #held: string[] = []
  #last_ms = Number.NEGATIVE_INFINITY

  /** A key went down. `at_ms` is any clock that only goes forward. */
  press(key: string, at_ms: number): Heard {
    const isQuick = at_ms - this.#last_ms <= GAP_MS
    this.#last_ms = at_ms
    if (key === 'Shift' || key === 'CapsLock') return { typed: [], taken: false }
    if ((key === 'Enter' || key === 'Tab') && isQuick && this.#held.length >= LENGTH_MIN) {
      return { read: this.#drain().join(''), typed: [], taken: true }
    }
    const isCharacter = [...key].length === 1 && (key !== ' ' || (isQuick && this.#held.length > 0))
    if (!isCharacter) return { typed: this.#drain(), taken: false }
    const typed = !isQuick || this.#held.length >= LENGTH_MAX ? this.#drain() : []
    this.#held.push(key)
    return { typed, taken: true }
  }

  /** Called when no key came for a while: what was held back was typed. */
  settle(at_ms: number): string[] {
    return at_ms - this.#last_ms >= GAP_MS ? this.#drain() : []
  }

  #drain(): string[] {
    return this.#held.splice(0)
  }
}
