import { Failure, makeManualClock, newId, silentLog, systemClock } from '@voicebox/kernel'
import type { Errand } from '@voicebox/session'
import { beforeEach, describe, expect, it } from 'vitest'
import { type Errands, makeErrands } from './errands.ts'
import { makePatience } from './patience.ts'

const sessionId = newId('sess')
const free = (itemId: string): Errand => ({ kind: 'free_audio', itemId })
const named = (errand: Errand): string => (errand.kind === 'free_audio' ? errand.itemId : errand.kind)

/** What was done, what nobody could be asked for, and how the next errands fail. */
let done: string[]
let unable: string[]
let failures: (Error | null)[]
beforeEach(() => {
  ;[done, unable, failures] = [[], [], []]
})

function make(left: ReadonlyMap<number, Errand> = new Map(), { holdMs = 20_000, clock = systemClock } = {}): Errands {
  return makeErrands({
    sessionId,
    work: {
      async perform(errand) {
        await new Promise(setImmediate)
        const failure = failures.shift()
        if (failure) throw failure
        done.push(named(errand))
      },
      unableTo: (errand, { code }) => void unable.push(`${named(errand)}: ${code}`),
    },
    left,
    patience: makePatience({ clock, holdMs }),
    log: silentLog,
  })
}

describe('Errands', () => {
  it('are done one after the other, once the session has begun and what they rest on is safe', async () => {
    const errands = make()
    errands.take(free('a'), 0)
    errands.take(free('b'), 1)
    await new Promise(setImmediate)
    expect(done).toEqual([])
    errands.start()
    await new Promise((resolve) => setTimeout(resolve, 20))
    expect(done).toEqual(['a'])
    errands.open(1)
    errands.take(free('c'), 0)
    await errands.idle()
    expect(done).toEqual(['a', 'b', 'c'])
  })

  it('are left until they are done', async () => {
    const errands = make()
    errands.take(free('a'), 1)
    errands.take(free('b'), 2)
    expect([...errands.left.values()]).toEqual([free('a'), free('b')])
    errands.start()
    errands.open(1)
    await new Promise((resolve) => setTimeout(resolve, 20))
    expect([...errands.left.values()]).toEqual([free('b')])
    errands.open(2)
    await errands.idle()
    expect(errands.left.size).toBe(0)
  })

  it('that another has left are done first, in their order, and have numbers of their own', async () => {
    const before = new Map([
      [12, free('b')],
      [3, free('a')],
    ])
    const errands = make(before)
    errands.take(free('c'), 0)
    expect([...errands.left]).toEqual([
      [13, free('a')],
      [14, free('b')],
      [15, free('c')],
    ])
    errands.start()
    await errands.idle()
    expect(done).toEqual(['a', 'b', 'c'])
  })

  it('are tried again while Redis is away', async () => {
    failures = [new Failure('dependency', 'redis_failed', 'away'), new Failure('dependency', 'redis_failed', 'away')]
    const errands = make()
    errands.start()
    errands.take(free('a'), 0)
    errands.take(free('b'), 0)
    await errands.idle()
    expect([done, unable]).toEqual([['a', 'b'], []])
  })

  it('that fail are answered, and do not stop the next', async () => {
    failures = [new Failure('dependency', 'redis_failed', 'away'), new Error('broken')]
    const errands = make(new Map(), { holdMs: 0, clock: makeManualClock() })
    errands.start()
    for (const name of ['a', 'b', 'c']) errands.take(free(name), 0)
    await errands.idle()
    expect(unable).toEqual(['a: redis_failed', 'b: internal_error'])
    expect(done).toEqual(['c'])
    expect(errands.left.size).toBe(0)
  })

  it('are done again, the latest of them, when Redis may have lost them', async () => {
    const errands = make()
    errands.start()
    const names = Array.from({ length: 70 }, (_, at) => `item_${at}`)
    for (const name of names) errands.take(free(name), 0)
    await errands.idle()
    done = []
    errands.repeat()
    expect(errands.left.size).toBe(64)
    await errands.idle()
    expect(done).toEqual(names.slice(-64))
    done = []
    errands.repeat()
    await errands.idle()
    expect(done).toEqual(names.slice(-64))
  })

  it('are refused when too many wait, and forgotten at the end', async () => {
    const errands = make()
    let taken = 0
    while (errands.take(free('a'), 1)) taken += 1
    expect(taken).toBe(5_000)
    errands.close()
    errands.start()
    errands.open(1)
    await errands.idle()
    expect(done).toEqual([])
  })
})
