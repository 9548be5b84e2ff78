import { Failure, makeManualClock } from '@voicebox/kernel'
import { describe, expect, it } from 'vitest'
import { type BatchedWork, makeBatches } from './batches.ts'

const never = new AbortController().signal

/** Batches that last until the test ends them. */
function setUp(mostWaiting = 100) {
  const clock = makeManualClock()
  const running: { works: readonly BatchedWork<string, string>[]; end: () => void; fail: (error: Error) => void }[] = []
  const batches = makeBatches<string, string>({
    largest: 3,
    gatherMs: 10,
    mostWaiting,
    clock,
    run(works) {
      const { promise, resolve, reject } = Promise.withResolvers<void>()
      running.push({ works, end: resolve, fail: reject })
      return promise
    },
  })
  const finish = async (): Promise<void> => {
    const batch = running.at(-1)
    for (const { work, finish } of batch?.works ?? []) finish(work.toUpperCase())
    batch?.end()
    await new Promise(setImmediate)
  }
  return { batches, clock, running, finish, worksOf: () => running.map(({ works }) => works.map(({ work }) => work)) }
}

describe('batches', () => {
  it('begin when the first work has waited its time, with what has come until then', async () => {
    const { batches, clock, worksOf, finish } = setUp()
    const first = batches.add('a', never)
    clock.advance(9)
    const second = batches.add('b', never)
    expect(worksOf()).toEqual([])
    clock.advance(1)
    expect(worksOf()).toEqual([['a', 'b']])
    await finish()
    expect([await first, await second]).toEqual(['A', 'B'])
  })

  it('begin at once when they are full', () => {
    const { batches, worksOf } = setUp()
    for (const work of ['a', 'b', 'c', 'd']) void batches.add(work, never)
    expect(worksOf()).toEqual([['a', 'b', 'c']])
  })

  it('are done one at a time, the next as soon as the last has ended if its time is over', async () => {
    const { batches, clock, worksOf, finish } = setUp()
    for (const work of ['a', 'b', 'c', 'd']) void batches.add(work, never)
    clock.advance(20)
    void batches.add('e', never)
    expect(worksOf()).toEqual([['a', 'b', 'c']])
    await finish()
    expect(worksOf()).toEqual([
      ['a', 'b', 'c'],
      ['d', 'e'],
    ])
    await finish()
    void batches.add('f', never)
    expect(worksOf()).toHaveLength(2)
    clock.advance(10)
    expect(worksOf()[2]).toEqual(['f'])
  })

  it('give each work its result as soon as it is there', async () => {
    const { batches, clock, running } = setUp()
    void batches.add('a', never)
    const second = batches.add('b', never)
    clock.advance(10)
    running[0]?.works[1]?.finish('early')
    expect(await second).toBe('early')
  })

  it('are without works that were aborted while they waited', async () => {
    const { batches, clock, worksOf } = setUp()
    const abort = new AbortController()
    const aborted = batches.add('a', abort.signal)
    void batches.add('b', never)
    abort.abort()
    expect(await aborted).toBeUndefined()
    expect(await batches.add('c', AbortSignal.abort())).toBeUndefined()
    clock.advance(10)
    expect(worksOf()).toEqual([['b']])
  })

  it('let go of a work that is aborted while it is done', async () => {
    const { batches, clock, running } = setUp()
    const abort = new AbortController()
    const aborted = batches.add('a', abort.signal)
    clock.advance(10)
    abort.abort()
    expect(await aborted).toBeUndefined()
    expect(running[0]?.works[0]?.signal.aborted).toBe(true)
  })

  it('fail with all that have no result yet, and go on with the next', async () => {
    const { batches, clock, running, worksOf } = setUp()
    const [first, second] = [batches.add('a', never), batches.add('b', never)]
    clock.advance(10)
    running[0]?.works[0]?.finish('done')
    running[0]?.fail(new Failure('engine', 'broken', 'It broke'))
    expect(await first).toBe('done')
    await expect(second).rejects.toMatchObject({ code: 'broken' })
    void batches.add('c', never)
    clock.advance(10)
    expect(worksOf()[1]).toEqual(['c'])
  })

  it('refuse works beyond their bound', async () => {
    const { batches } = setUp(2)
    void batches.add('a', never)
    void batches.add('b', never)
    await expect(batches.add('c', never)).rejects.toMatchObject({ kind: 'capacity', code: 'recognizer_overloaded' })
  })
})
