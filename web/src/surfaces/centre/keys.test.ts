import { expect, it } from 'vitest'
import { actionOf } from './keys'

const press = (key: string, more: object = {}): KeyboardEvent => ({ key, repeat: false, ctrlKey: false, metaKey: false, altKey: false, target: null, ...more }) as KeyboardEvent

it.each<[string, boolean, string | null]>([
  ['Enter', false, 'take'],
  ['ArrowDown', false, 'down'],
  ['y', false, null],
  ['Y', true, 'yes'],
  ['n', true, 'no'],
  ['p', true, 'back'],
  ['Enter', true, null],
])('%s with something in hand: %s is %s', (key, hasInHand, action) => {
  expect(actionOf(press(key), hasInHand, false)).toBe(action)
})
it('leaves dialogs and held keys alone', () => {
  expect(actionOf(press('y'), true, true)).toBeNull()
  expect(actionOf(press('y', { repeat: true }), true, false)).toBeNull()
  expect(actionOf(press('y', { ctrlKey: true }), true, false)).toBeNull()
})
