import { describe, expect, it } from 'vitest'
import { makeSlots } from './slots.ts'

const never = new AbortController().signal

describe('Slots', () => {
  it('are given up to their number, then in the order they were asked for', async () => {
    const slots = makeSlots(2)
    const given: string[] = []
    const take = async (name: string): Promise<() => void> => {
      const release = await slots.take(never)
      given.push(name)
      return release
    }
    const [first] = await Promise.all([take('first'), take('second')])
    const rest = [take('third'), take('fourth')]
    first()
    first() // the slot is no longer its own
    const third = await rest[0]
    expect(given).toEqual(['first', 'second', 'third'])
    third?.()
    await rest[1]
    expect(given).toEqual(['first', 'second', 'third', 'fourth'])
  })

  it('are not given to one that has left', async () => {
    const slots = makeSlots(1)
    const release = await slots.take(never)
    const abort = new AbortController()
    const left = slots.take(abort.signal)
    const waiting = slots.take(never)
    abort.abort(new Error('left'))
    await expect(left).rejects.toThrow('left')
    release()
    await waiting
    await expect(slots.take(AbortSignal.abort(new Error('gone')))).rejects.toThrow('gone')
  })

  it('are refused when too many wait', async () => {
    const slots = makeSlots(1, 1)
    await slots.take(never)
    void slots.take(never)
    await expect(slots.take(never)).rejects.toMatchObject({ kind: 'capacity', code: 'engine_overloaded' })
  })

  it('are all given back before they count as closed', async () => {
    const slots = makeSlots(2)
    const release = await slots.take(never)
    let isClosed = false
    const closed = slots.close().then(() => (isClosed = true))
    await Promise.resolve()
    expect(isClosed).toBe(false)
    release()
    await closed
  })
})
