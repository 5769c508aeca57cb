import { expect, it } from 'vitest'
import { useHistory } from './history'

it('goes back and forth, a row of the same presses as one step', () => {
  const { now, change, undo, redo, canUndo, canRedo, isChanged, stored } = useHistory('a')
  change('b', 'move')
  change('c', 'move')
  change('d')
  undo()
  expect(now.value).toBe('c')
  undo()
  expect([now.value, canUndo.value, isChanged.value]).toEqual(['a', false, false])
  redo()
  redo()
  expect([now.value, canRedo.value]).toEqual(['d', false])
  stored()
  expect(isChanged.value).toBe(false)
  undo()
  expect(isChanged.value).toBe(true)
  change('e')
  expect(canRedo.value).toBe(false)
})
