import { expect, it } from 'vitest'
import { asked, isAskable, type Draft } from './vouchers'

const draft = (more: Partial<Draft>): Draft => ({ kind: 'token', first: 'T1', last: 'T2', to: '', reason: '', ...more })

it('needs a place to go to, or a reason to be void', () => {
  expect(isAskable(draft({}))).toBe(false)
  expect(isAskable(draft({ to: 'vault' }))).toBe(true)
  expect(isAskable(draft({ reason: '破损' }))).toBe(true)
  expect(isAskable(draft({ to: 'vault', last: ' ' }))).toBe(false)
})
it('sends what is void nowhere', () => {
  expect(asked(draft({ to: 'vault', reason: '破损' }), 'branch:east')).toMatchObject({ to_holder: '', reason: '破损', from_holder: 'branch:east' })
})
