import { describe, expect, it } from 'vitest'
import { makeSlots } from './slots.ts'

const never = new AbortController().signal

describe('slots', () => {
  it('are given up to their number, then in the order they were asked for', async () => {
    const slots = makeSlots(2)
    const given: string[] = []
    const take = async (name: string) => {
      const slot = await slots.take(never)
      given.push(name)
      return slot
    }
    const [first] = await Promise.all([take('first'), take('second')])
    const rest = [take('third'), take('fourth')]
    first?.free()
    first?.free() // the place is no longer its own
    const third = await rest[0]
    expect(given).toEqual(['first', 'second', 'third'])
    third?.free()
    await rest[1]
    expect(given).toEqual(['first', 'second', 'third', 'fourth'])
  })

  it('are not given to one that has left', async () => {
    const slots = makeSlots(1)
    const slot = await slots.take(never)
    const abort = new AbortController()
    const left = slots.take(abort.signal)
    const waiting = slots.take(never)
    abort.abort()
    expect(await left).toBeUndefined()
    slot?.free()
    expect(await waiting).toBeDefined()
    expect(await slots.take(AbortSignal.abort())).toBeUndefined()
  })
})
