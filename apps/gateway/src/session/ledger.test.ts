import { Failure, makeManualClock, newId, silentLog, systemClock } from '@voicebox/kernel'
import {
  createSession,
  findSession,
  readJournal,
  type SessionChange,
  type SessionHold,
  takeSession,
} from '@voicebox/streams'
import { useRedis } from '@voicebox/streams/testing'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { type Ledger, type LedgerOptions, openLedger } from './ledger.ts'
import { makePatience } from './patience.ts'
import type { SentBody } from './sent-body.ts'

const server = useRedis()
const redis = server.handle()
const clock = makeManualClock()
const patient = { timeout: 20_000, interval: 5 }

/** A hold in a real Redis, and what is done with it. */
let sessionId = newId('sess')
let hold: SessionHold
let commits: SessionChange[]
let restores: SessionChange[]
/** What happens to the next commits, each before it is made. */
let before: (() => Promise<void>)[]
let records: Map<string, unknown>
let told: string[]
let safe: number[]

const body = (name: string): SentBody => ({
  kind: 'event',
  event: { type: 'input_audio_buffer.cleared', event_id: name } as never,
})
const options = (about = {}) => ({
  sessionId,
  tenantId: 'tenant',
  holder: 'gateway',
  ttlMs: 30_000,
  onTaken: () => {},
  log: silentLog,
  ...about,
})

beforeEach(async () => {
  sessionId = newId('sess')
  ;[commits, restores, before, told, safe] = [[], [], [], [], []]
  records = new Map([['head', { made: 0 }]])
  const made = await createSession(redis, options())
  hold = {
    ...made,
    async commit(change) {
      commits.push(change)
      await before.shift()?.()
      return made.commit(change)
    },
    restore(whole) {
      restores.push(whole)
      return made.restore(whole)
    },
  }
})

function open(about: Partial<LedgerOptions> = {}): Ledger {
  return openLedger({
    hold: Promise.resolve(hold),
    records: () => [new Map(records)],
    items: () => [{ id: 'item_1', item: { id: 'item_1' }, context: [] }],
    resultsUpTo: () => 0,
    audioWritten: () => Promise.resolve(),
    patience: makePatience({ clock: systemClock, holdMs: 20_000 }),
    clock,
    onCommitted: (upTo) => void safe.push(upTo),
    onOutcome: (outcome) => void told.push(outcome),
    onRestored: () => void told.push('restored'),
    onLost: () => void told.push('gone'),
    onFailure: (error) => void told.push(error.message),
    ...about,
  })
}

/** What another would find. */
async function kept(): Promise<{ records: Map<string, unknown>; lastSent: number; resultsUpTo: number }> {
  const taken = await takeSession(redis, options())
  if (taken === null) return expect.fail('There is no session')
  await taken.hold.close()
  return { ...taken, records: new Map(taken.records) }
}

describe('The ledger', () => {
  it('commits together what happens in one turn of the event loop, and says up to where it is safe', async () => {
    const ledger = open()
    expect([ledger.change(), ledger.change(), ledger.latest]).toEqual([1, 2, 2])
    expect(ledger.isSettled).toBe(false)
    await ledger.settle()
    expect(commits).toHaveLength(1)
    expect(safe).toEqual([2])
    expect(ledger.isSettled).toBe(true)
  })

  it('commits together what happens while a commit is under way, after it', async () => {
    const goOn = Promise.withResolvers<void>()
    before = [() => goOn.promise]
    const ledger = open()
    ledger.change()
    await vi.waitFor(() => expect(commits).toHaveLength(1), patient)
    for (let change = 2; change <= 4; change++) {
      records.set('head', { made: change })
      ledger.change()
    }
    expect(safe).toEqual([])
    goOn.resolve()
    await ledger.settle()
    expect(commits.map(({ set }) => set)).toEqual([[['head', { made: 0 }]], [['head', { made: 4 }]]])
    expect(safe).toEqual([1, 4])
  })

  it('commits what happens at the very end of a commit', async () => {
    for (let turns = 0; turns < 8; turns++) {
      const ledger = open({
        onCommitted(upTo) {
          safe.push(upTo)
          if (upTo !== 1) return
          let turn = Promise.resolve()
          for (let i = 0; i < turns; i++) turn = turn.then(() => {})
          void turn.then(() => ledger.change())
        },
      })
      safe = []
      ledger.change()
      await vi.waitFor(() => expect(safe).toEqual([1, 2]), patient)
      ledger.close()
    }
  })

  it('writes what has changed since, and nothing twice', async () => {
    const same = { large: 1 }
    records = new Map<string, unknown>([
      ['head', { made: 1 }],
      ['entry', same],
      ['old', {}],
    ])
    const ledger = open()
    ledger.save({ id: 'item_1', item: {}, context: [] })
    ledger.save({ id: 'item_2', item: {}, context: [] })
    ledger.forget('item_1')
    ledger.sent(1, body('one'))
    ledger.change()
    await ledger.settle()
    records = new Map<string, unknown>([
      ['head', { made: 2 }],
      ['entry', same],
    ])
    ledger.sent(2, body('two'))
    ledger.change()
    await ledger.settle()
    expect(commits[0]).toMatchObject({ drop: [], save: [{ id: 'item_2' }], forget: ['item_1'], sent: [{ number: 1 }] })
    expect(commits[1]).toEqual({
      set: [['head', { made: 2 }]],
      drop: ['old'],
      history: [],
      save: [],
      forget: [],
      sent: [{ number: 2, body: body('two') }],
      resultsUpTo: 0,
    })
    expect((await kept()).records).toEqual(records)
    expect(await readJournal(redis, { tenantId: 'tenant', sessionId }, 0)).toMatchObject([{ number: 1 }, { number: 2 }])
  })

  it('begins with what another has kept', async () => {
    records = new Map<string, unknown>([
      ['head', { made: 1 }],
      ['new', {}],
    ])
    const ledger = open({
      kept: [
        new Map<string, unknown>([
          ['head', records.get('head')],
          ['gone', {}],
        ]),
      ],
    })
    ledger.change()
    await ledger.settle()
    expect(commits).toMatchObject([{ set: [['new', {}]], drop: ['gone'] }])
  })

  it('waits with what the session log tells again, for a quarter of a second or for much audio', async () => {
    const ledger = open()
    ledger.sent(1, body('one'))
    ledger.touch()
    clock.advance(200)
    ledger.sent(2, body('two'))
    ledger.touch()
    await new Promise(setImmediate)
    expect(commits).toEqual([])
    expect(ledger.isSettled).toBe(true)
    clock.advance(50)
    await vi.waitFor(() => expect(commits).toHaveLength(1), patient)
    expect(commits[0]?.sent).toHaveLength(2)
    await ledger.settle()
    const audio = { kind: 'audio' as const, part: {} as never, bytes: new Uint8Array(300 << 10) }
    ledger.sent(3, audio)
    ledger.touch()
    await vi.waitFor(() => expect(commits).toHaveLength(2), patient)
  })

  it('commits much audio that came while a commit was under way', async () => {
    const goOn = Promise.withResolvers<void>()
    before = [() => goOn.promise]
    const ledger = open()
    ledger.change()
    await vi.waitFor(() => expect(commits).toHaveLength(1), patient)
    ledger.sent(1, { kind: 'audio', part: {} as never, bytes: new Uint8Array(300 << 10) })
    ledger.touch()
    goOn.resolve()
    await vi.waitFor(() => expect(commits).toHaveLength(2), patient)
    expect(commits[1]?.sent).toHaveLength(1)
  })

  it('settles what was only touched, with the results that are in it', async () => {
    let resultsUpTo = 0
    const ledger = open({ resultsUpTo: () => resultsUpTo })
    await ledger.settle()
    expect(commits).toEqual([])
    resultsUpTo = 17
    ledger.touch()
    await ledger.settle()
    expect(commits).toMatchObject([{ resultsUpTo: 17 }])
    expect(await kept()).toMatchObject({ resultsUpTo: 17 })
  })

  it('lets the audio be written first', async () => {
    const written = Promise.withResolvers<void>()
    const ledger = open({ audioWritten: () => written.promise })
    ledger.change()
    await new Promise((resolve) => setTimeout(resolve, 20))
    expect(commits).toEqual([])
    written.resolve()
    await ledger.settle()
    expect(safe).toEqual([1])
  })

  it('repeats the very same commit while Redis is away', async () => {
    const away = (): Promise<void> => Promise.reject(new Failure('dependency', 'redis_failed', 'Redis is away'))
    before = [away, away]
    const ledger = open()
    ledger.change()
    await vi.waitFor(() => expect(commits.length).toBeGreaterThanOrEqual(2), patient)
    records.set('head', { made: 9 })
    ledger.change()
    await ledger.settle()
    expect(commits.map((change) => change === commits[0])).toEqual([true, true, true, false])
    expect(told).toEqual(['failed', 'failed', 'committed', 'committed'])
    expect(safe).toEqual([1, 2])
  })

  it('tells a Redis that has lost data everything, events of a moment ago included, and says so', async () => {
    const ledger = open()
    ledger.sent(1, body('one'))
    ledger.change()
    await ledger.settle()
    await server.each('FLUSHALL')
    records.set('more', { of: 'it' })
    ledger.sent(2, body('two'))
    ledger.save({ id: 'item_9', item: {}, context: [] })
    ledger.change()
    await ledger.settle()
    expect(restores).toMatchObject([{ drop: [], forget: [], save: [{ id: 'item_1' }], sent: [{ number: 2 }] }])
    expect(told).toEqual(['committed', 'behind', 'restored'])
    expect(safe).toEqual([1, 2])
    expect(await readJournal(redis, { tenantId: 'tenant', sessionId }, 0)).toMatchObject([{ number: 1 }, { number: 2 }])
    expect((await kept()).records).toEqual(records)
  })

  it('says once that the session is another’s, and asks no more', async () => {
    const ledger = open()
    ledger.change()
    await ledger.settle()
    await kept() // takes it
    ledger.sent(1, body('one'))
    ledger.change()
    ledger.touch()
    await ledger.settle()
    await ledger.settle()
    ledger.change()
    await new Promise((resolve) => setTimeout(resolve, 20))
    expect(told.filter((what) => what === 'gone')).toEqual(['gone'])
    expect(commits).toHaveLength(2)
    expect(safe).toEqual([1])
  })

  it('gives up what fails for another reason, or for too long, and asks no more', async () => {
    before = [() => Promise.reject(new Error('broken'))]
    const ledger = open()
    ledger.change()
    await ledger.settle()
    ledger.change()
    await ledger.settle()
    expect(told).toEqual(['failed', 'broken'])
    expect(commits).toHaveLength(1)
    expect(safe).toEqual([])
  })

  it('commits nothing and says nothing once it is closed', async () => {
    const ledger = open()
    ledger.touch()
    ledger.change()
    ledger.close()
    clock.advance(1_000)
    await ledger.settle()
    await new Promise((resolve) => setTimeout(resolve, 20))
    expect([commits, safe, told]).toEqual([[], [], []])
    expect(await findSession(redis, { tenantId: 'tenant', sessionId })).not.toBeNull()
  })
})
