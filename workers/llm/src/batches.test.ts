import { makeManualClock } from '@voicebox/kernel'
import { describe, expect, it, vi } from 'vitest'
import { batches } from './batches.ts'

describe('batches of a stream', () => {
  it('hold together what comes within one turn of the event loop', async () => {
    async function* source() {
      yield* [1, 2, 3]
      await nextTurns()
      yield 4
    }
    expect(await collect(batches(source, options()))).toEqual([[1, 2, 3], [4]])
  })

  it('are not larger than 64', async () => {
    async function* source() {
      await Promise.resolve()
      for (let n = 0; n < 150; n++) yield n
    }
    const sizes = (await collect(batches(source, options()))).map((batch) => batch.length)
    expect(sizes).toEqual([64, 64, 22])
  })

  it('tell of a pause once, by being empty', async () => {
    const clock = makeManualClock()
    const more = Promise.withResolvers<void>()
    async function* source() {
      yield 1
      await more.promise
      yield 2
    }
    const seen: number[][] = []
    const reading = (async () => {
      for await (const batch of batches(source, { ...options(), clock })) seen.push(batch)
    })()
    await vi.waitFor(() => expect(seen).toEqual([[1]]))
    await nextTurns()
    clock.advance(300)
    await vi.waitFor(() => expect(seen).toEqual([[1], []]))
    await nextTurns()
    clock.advance(10_000)
    more.resolve()
    await reading
    expect(seen).toEqual([[1], [], [2]])
  })

  it('fail after what came before', async () => {
    async function* source() {
      await Promise.resolve()
      yield 1
      throw new Error('broken')
    }
    const seen: number[][] = []
    const reading = (async () => {
      for await (const batch of batches(source, options())) seen.push(batch)
    })()
    await expect(reading).rejects.toThrow('broken')
    expect(seen).toEqual([[1]])
  })

  it('close a source that hangs when they are not read on', async () => {
    let isClosed = false
    async function* source(signal: AbortSignal) {
      try {
        yield 1
        await new Promise((resolve) => signal.addEventListener('abort', resolve))
      } finally {
        isClosed = true
      }
    }
    for await (const batch of batches(source, options())) {
      expect(batch).toEqual([1])
      break
    }
    expect(isClosed).toBe(true)
  })
})

const options = () => ({ signal: new AbortController().signal, clock: makeManualClock(), idleMs: 300 })

async function nextTurns(): Promise<void> {
  for (let turn = 0; turn < 3; turn++) await new Promise((resolve) => setImmediate(resolve))
}

async function collect<T>(source: AsyncIterable<T>): Promise<T[]> {
  return await Array.fromAsync(source)
}
