/** Hears code scanners and card readers that act as keyboards, on the whole page, and keeps what they type from it. */
import { nextTick, onScopeDispose } from 'vue'
import { Burst, GAP_MS } from './burst'

/** Where people write prose: there every key is theirs. */
const WRITTEN_IN = 'input, textarea, select, [contenteditable]'

export function useReader(onRead: (text: string) => void): void {
  const burst = new Burst()
  let timer: ReturnType<typeof setTimeout> | undefined
  const replayed = new WeakSet<Event>()

  /** One after another: a field that gets a key must have drawn it before the next one comes. */
  async function replay(keys: readonly string[]): Promise<void> {
    for (const key of keys) {
      const event = new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true })
      replayed.add(event)
      ;(document.activeElement ?? document.body).dispatchEvent(event)
      await nextTick()
    }
  }
  function hear(event: KeyboardEvent): void {
    if (replayed.has(event) || event.repeat || event.ctrlKey || event.metaKey || event.altKey) return
    if (event.target instanceof Element && event.target.closest(WRITTEN_IN)) return
    const heard = burst.press(event.key, event.timeStamp)
    void replay(heard.typed)
    if (heard.taken) {
      event.preventDefault()
      event.stopImmediatePropagation()
    }
    clearTimeout(timer)
    timer = setTimeout(() => { void replay(burst.settle(performance.now())) }, GAP_MS * 1.5)
    if (heard.read === undefined) return
    // The page counts this as a touch: somebody is here.
    window.dispatchEvent(new KeyboardEvent('keydown', { key: 'Unidentified' }))
    onRead(heard.read)
  }
  // Before any other listener of the page, whatever has the focus.
  window.addEventListener('keydown', hear, { capture: true })
  onScopeDispose(() => {
    clearTimeout(timer)
    window.removeEventListener('keydown', hear, { capture: true })
  })
}
