import { type SessionId, newId } from '@voicebox/kernel'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { decode } from './codec.ts'
import {
  type Redis,
  type SessionChange,
  type SessionHold,
  createSession,
  loadItems,
  readJournal,
  takeSession,
} from './index.ts'
import { type Happening, type SessionModel, modelOf } from './session-hold.testing.ts'
import { redisKinds, useRedis } from './testing/index.ts'
import { type FaultyRedis, changeOf, deaf, faulty, holdOptions, known, snapshot } from './testing/sessions.fixture.ts'

type Fault = 'answer lost' | 'never arrives' | null
type Step =
  | { kind: 'commit'; by: number; fault: Fault; again: boolean; draft: Draft }
  | { kind: 'beat'; by: number; value: number }
  | { kind: 'take'; place: number }
  | { kind: 'come late'; back: number }
  | { kind: 'lose'; back: number }

interface Draft {
  set: [string, number][]
  drop: string[]
  save: string[]
  forget: string[]
  /** By how much the numbers of events grow. */
  gaps: number[]
}

const names = ['a', 'b', 'c', 'd']
const some = <T>(of: fc.Arbitrary<T>): fc.Arbitrary<T[]> => fc.array(of, { maxLength: 3 })
const name = fc.constantFrom(...names)
const draft: fc.Arbitrary<Draft> = fc.record({
  set: some(fc.tuple(name, fc.nat(99))),
  drop: some(name),
  save: some(name),
  forget: some(name),
  gaps: some(fc.integer({ min: 1, max: 3 })),
})
const fault = fc.constantFrom<Fault>(null, null, null, 'answer lost', 'never arrives')
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 12,
    arbitrary: fc.record({ kind: fc.constant('commit'), by: fc.nat(2), fault, again: fc.boolean(), draft }),
  },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('beat'), by: fc.nat(2), value: fc.nat(99) }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('take'), place: fc.nat(2) }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('come late'), back: fc.nat(12) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('lose'), back: fc.integer({ min: 1, max: 5 }) }) },
)

const anyDraft: Draft = { set: [['a', 1]], drop: [], save: ['b'], forget: [], gaps: [1] }
const aCommit: Step = { kind: 'commit', by: 0, fault: null, again: false, draft: anyDraft }
const aTake: Step = { kind: 'take', place: 0 }
const aLoss: Step = { kind: 'lose', back: 1 }
/** What chance alone may miss: Redis falls back, and then its holder goes on, one that it has forgotten does, or another comes. */
const losses: [Step[]][] = [
  [[aCommit, aCommit, aLoss, aCommit]],
  [[aCommit, aTake, aLoss, aCommit]],
  [[aCommit, aCommit, aLoss, aTake, aCommit]],
]

/** A process that drives the session, or once did. */
interface Holder {
  faults: FaultyRedis
  hold: SessionHold
  /** What it knows to be stored. */
  stored: Happening[]
  /** What it does not know it of. */
  pending: SessionChange | null
  /** The number of the last event when it took the session. */
  began: number
}

describe.each(redisKinds)('Property: over any history of several holders, on %s', (kind) => {
  const server = useRedis(kind)
  const redis = server.handle()
  beforeAll(() => vi.useFakeTimers({ toFake: ['performance'] })) // so that no holder forgets what it sent a while ago
  afterAll(() => vi.useRealTimers())

  it('what is stored is what was committed, by whoever held it, once and in order', async () => {
    const reached = new Map<string, number>()
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 20, maxLength: 60, size: 'max' }), (steps) =>
        play(steps, (what) => void reached.set(what, (reached.get(what) ?? 0) + 1)),
      ),
      { numRuns: kind === 'one server' ? 40 : 20, examples: losses },
    )
    for (const what of outcomes) expect([what, reached.has(what)]).toEqual([what, true])
  }, 240_000)

  async function play(steps: Step[], reach: (what: (typeof outcomes)[number]) => void): Promise<void> {
    const sessionId: SessionId = newId('sess')
    const options = holdOptions({ sessionId })
    /** What Redis has stored, and what it may fall back to. */
    let stored: Happening[] = []
    let past: { length: number; rollBack(): Promise<void> }[] = []
    let hasLost = false

    const store = async (...happenings: Happening[]): Promise<void> => {
      if (happenings.length === 0) return
      stored = [...stored, ...happenings]
      past.push({ length: stored.length, rollBack: await snapshot(server, redis, sessionId) })
    }
    const begin = async (open: (by: Redis) => Promise<SessionHold>): Promise<Holder> => {
      const faults = faulty(deaf(redis).redis) // so that it is the scripts that refuse
      const hold = await open(faults.redis)
      await store({ kind: 'taken', token: hold.token })
      return { faults, hold, stored: [...stored], pending: null, began: modelOf(stored).lastSent }
    }
    let present = await begin((by) => createSession(by, options))
    const holders = [present]

    async function commit(holder: Holder, change: SessionChange, withFault: Fault): Promise<void> {
      const first = holder.pending ?? change
      holder.faults.next = withFault
      const outcome = await holder.hold.commit(change).catch(() => 'failed' as const)
      holder.faults.next = null
      if (holder !== present) {
        reach('refused')
        expect(outcome === 'lost' || (outcome === 'failed' && withFault !== null)).toBe(true)
        return
      }
      const isStored = (what: SessionChange): boolean =>
        stored.some((happening) => happening.kind === 'changed' && happening.change === what)
      const changed = [first, change].filter((what, at, all) => all.indexOf(what) === at && !isStored(what))
      const asHappenings = changed.map((change): Happening => ({ kind: 'changed', change }))
      if (withFault !== null) {
        reach(withFault)
        expect(outcome).toBe('failed')
        holder.pending = first
        if (withFault === 'answer lost' && !hasLost && !isStored(first)) await store({ kind: 'changed', change: first })
        return
      }
      holder.pending = null
      holder.stored.push(...[...new Set([first, change])].map((change): Happening => ({ kind: 'changed', change })))
      if (hasLost) {
        expect(outcome).toBe('behind')
        return restore(holder, [...new Set([first, change])])
      }
      reach(first === change ? 'committed' : 'committed with the one before')
      expect(outcome).toBe('committed')
      await store(...asHappenings)
    }

    async function restore(holder: Holder, fresh: SessionChange[]): Promise<void> {
      const [theirs, own] = [modelOf(stored), modelOf(holder.stored)]
      const isStrangers = theirs.token < holder.hold.token
      const cut = isStrangers ? holder.began : theirs.cut
      const whole = changeOf({
        set: [...own.records],
        save: [...own.items.values()] as SessionChange['save'],
        sent: fresh.flatMap(({ sent }) => sent),
        resultsUpTo: own.resultsUpTo,
      })
      expect(await holder.hold.restore(whole)).toBe('committed')
      reach(isStrangers ? 'restored over another’s' : 'restored')
      const model: SessionModel = { ...own, cut, sent: own.sent.filter(({ number }) => number > cut) }
      hasLost = false
      await store({ kind: 'restored', model })
      holder.stored = [...stored]
    }

    function changeFrom(holder: Holder, { set, drop, save, forget, gaps }: Draft): SessionChange {
      const before = holder.pending === null ? [] : [{ kind: 'changed' as const, change: holder.pending }]
      const own = modelOf([...holder.stored, ...before])
      let number = own.lastSent
      return {
        set,
        drop: drop.filter((gone) => !set.some(([there]) => there === gone)),
        save: [...new Set(save)].map((id) => ({ id, item: { of: own.resultsUpTo }, context: [] })),
        forget: forget.filter((id) => !save.includes(id)),
        sent: gaps.map((gap) => ({ number: (number += gap), body: { number } })),
        history: [],
        resultsUpTo: own.resultsUpTo + 1,
      }
    }

    for (const step of steps) {
      switch (step.kind) {
        case 'commit': {
          const holder = holders[step.by % holders.length] as Holder
          if (hasLost && holder !== present) break // it has been told long ago
          const change = (step.again ? holder.pending : null) ?? changeFrom(holder, step.draft)
          await commit(holder, change, step.fault)
          break
        }
        case 'beat': {
          const holder = holders[step.by % holders.length] as Holder
          if (hasLost || holder.pending !== null) break
          expect(await holder.hold.beat([['a', step.value]])).toBe(holder === present ? 'held' : 'lost')
          if (holder !== present) break
          const { resultsUpTo } = modelOf(stored)
          const beat: Happening = { kind: 'changed', change: changeOf({ set: [['a', step.value]], resultsUpTo }) }
          holder.stored.push(beat)
          await store(beat)
          break
        }
        case 'take': {
          if (hasLost) reach('taken after a loss')
          hasLost = false
          present = await begin(async (by) => {
            const taken = await takeSession(by, options)
            if (taken === null) throw new Error('The session is gone')
            const { records, resultsUpTo, lastSent } = modelOf(stored)
            expect(taken).toMatchObject({ resultsUpTo, lastSent })
            expect(taken.records).toEqual(records)
            return taken.hold
          })
          holders.splice(step.place, 1, present)
          break
        }
        case 'come late': {
          const late = holders.flatMap(({ faults }) => faults.sent).at(-1 - step.back)
          if (hasLost || late === undefined) break
          await late()
          reach('came late')
          break
        }
        case 'lose': {
          const fallen = past.at(-1 - step.back)
          if (fallen === undefined || hasLost || present.pending !== null) break
          await fallen.rollBack()
          stored = stored.slice(0, fallen.length)
          past = past.filter(({ length }) => length <= fallen.length)
          hasLost = true
          break
        }
      }
      await check(sessionId, modelOf(stored))
    }
  }

  async function check(sessionId: SessionId, model: SessionModel): Promise<void> {
    const stored = Object.entries(await redis.commands.hgetallBuffer(`state:{tenant/${sessionId}}`))
    expect(new Map(stored.map(([name, value]) => [name, decode(value)]))).toEqual(model.records)
    expect(await loadItems(redis, { tenantId: 'tenant', sessionId }, names)).toEqual(
      names.map((id) => model.items.get(id) ?? null),
    )
    const journal: unknown[] = []
    for (let last = model.cut; ;) {
      const page = await readJournal(redis, { tenantId: 'tenant', sessionId }, last)
      if (page === 'gone') throw new Error('The journal is gone')
      if (page.length === 0) break
      journal.push(...page)
      last = page.at(-1)?.number ?? last
    }
    expect(journal).toEqual(model.sent)
    if (model.cut > 0) expect(await readJournal(redis, { tenantId: 'tenant', sessionId }, model.cut - 1)).toBe('gone')
    expect(Number(await known(redis, sessionId, 'results_up_to'))).toBe(model.resultsUpTo)
    expect(Number(await known(redis, sessionId, 'token'))).toBe(model.token)
  }
})

/** What the histories must have reached. */
const outcomes = [
  'committed',
  'committed with the one before',
  'refused',
  'answer lost',
  'never arrives',
  'restored',
  'restored over another’s',
  'taken after a loss',
  'came late',
] as const
