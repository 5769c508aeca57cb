import { describe, expect, it } from 'vitest'
import { Burst, GAP_MS } from './burst'

/** Presses keys with the same gap between them; gives what was read and what the page got. */
function press(keys: readonly string[], gap_ms: number): { read: string[]; typed: string } {
  const burst = new Burst()
  const read: string[] = []
  let typed = ''
  let now_ms = 1_000
  for (const key of keys) {
    now_ms += gap_ms
    typed += burst.settle(now_ms - 1).join('')
    const heard = burst.press(key, now_ms)
    typed += heard.typed.join('') + (heard.taken ? '' : `<${key}>`)
    if (heard.read !== undefined) read.push(heard.read)
  }
  return { read, typed: typed + burst.settle(now_ms + GAP_MS).join('') }
}

describe('a reader that types', () => {
  it('is read as one, and the page sees none of it', () => {
    expect(press([...'6222020000000000', 'Enter'], 8)).toEqual({ read: ['6222020000000000'], typed: '' })
  })
  it('may hold the shift key and use blanks within', () => {
    expect(press(['Shift', '%', 'Shift', 'B', '1', '2', '3', '4', ' ', '5', 'Enter'], 10)).toEqual({ read: ['%B1234 5'], typed: '<Shift><Shift>' })
  })
  it('may read twice', () => {
    expect(press([...'123456', 'Enter', ...'654321', 'Enter'], 5).read).toEqual(['123456', '654321'])
  })
})

describe('a person who types', () => {
  it('gets every key, in order, with Enter last', () => {
    expect(press([...'13800138000', 'Enter'], 120)).toEqual({ read: [], typed: '13800138000<Enter>' })
  })
  it('is not taken for a reader when a few keys come fast', () => {
    expect(press(['1', '2', '3', 'Enter'], 10)).toEqual({ read: [], typed: '123<Enter>' })
  })
  it('keeps keys that are no characters, and a blank that presses a button', () => {
    expect(press(['1', 'Backspace', ' ', 'ArrowDown'], 120)).toEqual({ read: [], typed: '1<Backspace>< ><ArrowDown>' })
  })
  it('is not held up by a burst that nobody closed', () => {
    const burst = new Burst()
    for (const [index, key] of [...'123456'].entries()) burst.press(key, index)
    expect(burst.settle(20)).toEqual([])
    expect(burst.settle(5 + GAP_MS).join('')).toBe('123456')
    expect(burst.press('Enter', 400)).toEqual({ typed: [], taken: false })
  })
})
