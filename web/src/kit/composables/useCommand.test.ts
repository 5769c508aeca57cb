import { describe, expect, it, vi } from 'vitest'
import { ApiError } from '@/api/error'
import { useCommand, type Command } from './useCommand'

const CALL: Command = { path: '/api/call' }

describe('commands of a page', () => {
  it('go one at a time: a second press sends nothing', async () => {
    let answer: (value: unknown) => void = () => undefined
    const send = vi.fn(() => new Promise((resolve) => (answer = resolve)))
    const { run, busy } = useCommand(send)
    const first = run(CALL)
    expect(busy.value).toBe(true)
    expect(await run(CALL)).toBeUndefined()
    answer({ number: 'A001' })
    expect(await first).toEqual({ number: 'A001' })
    expect(send).toHaveBeenCalledTimes(1)
    expect(busy.value).toBe(false)
  })

  it('keep a refusal in words, without offering to repeat it, until the next that succeeds', async () => {
    const send = vi.fn().mockRejectedValueOnce(new ApiError('nobody_waiting', '没有客户', 409)).mockResolvedValueOnce(undefined)
    const { run, refusal } = useCommand(send)
    expect(await run(CALL)).toBeUndefined()
    expect(refusal.value).toEqual({ code: 'nobody_waiting', message: '没有客户' })
    expect(await run(CALL)).toBe(true)
    expect(refusal.value).toBeNull()
  })

  it('repeat one without an answer under its own key', async () => {
    const keys: string[] = []
    const send = vi.fn((_command: Command, key: string) => {
      keys.push(key)
      return keys.length === 1 ? Promise.reject(new ApiError('link_lost', '没有答复', 0)) : Promise.resolve({ number: 'A001' })
    })
    const { run, refusal } = useCommand(send)
    await run(CALL)
    expect(await refusal.value?.retry?.()).toEqual({ number: 'A001' })
    expect(keys[1]).toBe(keys[0])
    expect(refusal.value).toBeNull()
    await run(CALL)
    expect(keys[2]).not.toBe(keys[0])
  })
})
