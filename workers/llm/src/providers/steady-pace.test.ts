import { makeManualClock } from '@voicebox/kernel'
import { describe, expect, it } from 'vitest'
import { steadyPace } from './steady-pace.ts'

describe('a steady pace', () => {
  it('has each token due from the start, so that what was late is made up for', async () => {
    const clock = makeManualClock(1_000)
    const pace = steadyPace({ firstTokenMs: 50, tokensPerSecond: 10 }, clock, new AbortController().signal)
    const given: number[] = []
    const giving = (async () => {
      for (let index = 0; index < 4; index++) {
        await pace(index)
        given.push(index)
      }
    })()
    for (const [ms, tokens] of [
      [49, []],
      [1, [0]],
      [99, [0]],
      [201, [0, 1, 2, 3]],
    ] as const) {
      clock.advance(ms)
      await nextTurn()
      expect(given).toEqual(tokens)
    }
    await giving
  })

  it('waits no longer than until the abort', async () => {
    const abort = new AbortController()
    const pace = steadyPace({ firstTokenMs: 10_000, tokensPerSecond: 1 }, makeManualClock(), abort.signal)
    const waiting = pace(0)
    abort.abort()
    await waiting
    await pace(1)
  })
})

function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}
