import { makeManualClock } from '@voicebox/kernel'
import { describe, expect, it, vi } from 'vitest'
import { makeSpanQueue, type SpanQueueOptions } from './span-queue.ts'

function open(about: Partial<SpanQueueOptions<number>> = {}) {
  const batches: (readonly number[])[] = []
  const counts = { exported: 0, failed: 0, dropped: 0 }
  const clock = makeManualClock()
  const queue = makeSpanQueue<number>({
    send(batch) {
      batches.push(batch)
      return Promise.resolve(true)
    },
    maxWaiting: 5,
    maxBatch: 2,
    delayMs: 1_000,
    clock,
    onOutcome: (outcome, spans) => (counts[outcome] += spans),
    ...about,
  })
  return { queue, batches, counts, clock }
}

describe('Spans that wait', () => {
  it('go together, after a while', async () => {
    const { queue, batches, counts, clock } = open()
    queue.push([1])
    clock.advance(999)
    expect(batches).toEqual([])
    clock.advance(1)
    await vi.waitFor(() => expect(counts.exported).toBe(1))
    expect(batches).toEqual([[1]])
  })

  it('go at once where they make a batch, the rest after a while', async () => {
    const { queue, batches, counts, clock } = open()
    queue.push([1, 2, 3])
    await vi.waitFor(() => expect(counts.exported).toBe(2))
    clock.advance(1_000)
    await vi.waitFor(() => expect(counts.exported).toBe(3))
    expect(batches).toEqual([[1, 2], [3]])
  })

  it('are dropped and counted beyond the bound, while a collector takes its time', async () => {
    const slow = Promise.withResolvers<boolean>()
    const { queue, counts } = open({ send: () => slow.promise })
    queue.push([1, 2])
    queue.push([3, 4, 5, 6, 7, 8, 9])
    expect(counts).toEqual({ exported: 0, failed: 0, dropped: 2 })
    slow.resolve(false)
    await queue.close(1_000)
    expect(counts).toEqual({ exported: 0, failed: 7, dropped: 2 })
  })

  it('are sent when the process leaves', async () => {
    const { queue, batches } = open()
    queue.push([1])
    await queue.close(1_000)
    expect(batches).toEqual([[1]])
    queue.push([2])
    expect(batches).toHaveLength(1)
  })

  it('do not keep a process from leaving: what is left then is dropped', async () => {
    const { queue, counts } = open({ send: () => new Promise(() => {}) })
    queue.push([1, 2, 3, 4])
    await queue.close(10)
    expect(counts).toEqual({ exported: 0, failed: 0, dropped: 2 })
  })
})
