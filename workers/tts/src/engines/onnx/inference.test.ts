import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Order } from '../../testing/obedient-thread.ts'
import { type Inference, openInference } from './inference.ts'

const entry = new URL('../../testing/obedient-thread.ts', import.meta.url)
const never = new AbortController().signal

describe('Inference in a thread', () => {
  let inference: Inference<Order>
  beforeEach(async () => {
    inference = await openInference<Order>(entry, {})
  })
  afterEach(() => inference.close())

  it('answers each request with its own audio', async () => {
    const samples = [0, 0.25, -0.5, 1, 7]
    const answers = await Promise.all(samples.map((sample) => inference.infer({ kind: 'speak', sample }, never)))
    expect(answers).toEqual([0, 8_192, -16_383, 32_767, 32_767].map((sample) => Int16Array.of(sample)))
  })

  it('lets go of a request that is aborted while the model works on it', async () => {
    const abort = new AbortController()
    const blocked = inference.infer({ kind: 'block', ms: 100 }, abort.signal)
    await new Promise(setImmediate)
    abort.abort(new Error('not wanted'))
    await expect(blocked).rejects.toThrow('not wanted')
  })

  it('tells of a failure and goes on', async () => {
    await expect(inference.infer({ kind: 'fail' }, never)).rejects.toMatchObject({ kind: 'engine', message: /as told/ })
    expect(await inference.infer({ kind: 'speak', sample: 0 }, never)).toHaveLength(1)
  })

  it('fails what is under way when the thread dies, and starts it again', async () => {
    const lost = inference.infer({ kind: 'crash' }, never)
    const waiting = inference.infer({ kind: 'speak', sample: 1 }, never)
    await expect(lost).rejects.toMatchObject({ kind: 'engine', code: 'inference_lost' })
    expect(await waiting).toEqual(Int16Array.of(32_767))
  })

  it('does not hold up the process while the model works', async () => {
    let turns = 0
    const ticking = setInterval(() => (turns += 1), 1)
    await inference.infer({ kind: 'block', ms: 200 }, never)
    clearInterval(ticking)
    expect(turns).toBeGreaterThan(5)
  })

  it('lets go of an aborted request at once, and does the next after it', async () => {
    const abort = new AbortController()
    const blocked = inference.infer({ kind: 'block', ms: 100 }, abort.signal)
    const waiting = inference.infer({ kind: 'speak', sample: 0 }, abort.signal)
    const next = inference.infer({ kind: 'speak', sample: 1 }, never)
    abort.abort(new Error('not wanted'))
    const aborted = await Promise.allSettled([blocked, waiting])
    expect(aborted.map(({ status }) => status)).toEqual(['rejected', 'rejected'])
    expect(await next).toEqual(Int16Array.of(32_767))
  })
})
