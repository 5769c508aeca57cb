/** What the keys of the centre do. Pure. */
export type CentreAction = 'up' | 'down' | 'take' | 'yes' | 'no' | 'back'

const WHILE_WAITING: Readonly<Record<string, CentreAction>> = { ArrowUp: 'up', ArrowDown: 'down', Enter: 'take' }
const IN_HAND: Readonly<Record<string, CentreAction>> = { y: 'yes', n: 'no', p: 'back' }

/** The action of a key; null for what is meant for a field, a dialog or a button that was tabbed to. */
export function actionOf(event: KeyboardEvent, hasInHand: boolean, isDialogOpen: boolean): CentreAction | null {
  if (isDialogOpen || event.repeat || event.ctrlKey || event.metaKey || event.altKey) return null
  const target = event.target as Element | null
  if (target?.closest('input, textarea, select')) return null
  if (event.key === 'Enter' && target?.matches('button:focus-visible, a:focus-visible')) return null
  return hasInHand ? (IN_HAND[event.key.toLowerCase()] ?? null) : (WHILE_WAITING[event.key] ?? null)
}
