import { sleep } from '@voicebox/kernel'
import type { ServerEvent } from '@voicebox/protocol'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Act, acts, makeActor } from '../testing/acts.ts'
import { liveThrough } from '../testing/faults.ts'
import type { Line } from '../testing/line.ts'
import { openSessions, type Sessions } from '../testing/open-sessions.ts'
import { startTalker, type Talker } from '../testing/talker.ts'
import { differenceOf, isNumbered, tapeOf } from '../testing/tape.ts'
import type { TestGateway } from '../testing/test-gateway.ts'

/** How often something was put to the test. */
const reached = { doneHere: 0, doneElsewhere: 0, idle: 0, lateComers: 0 }

let sessions: Sessions
beforeAll(async () => {
  sessions = await openSessions({ workers: { paceMs: () => Math.max(0, Math.random() * 18 - 6) } })
})
afterAll(() => sessions.close())

/** A client of a gateway that leaves, and what it had heard when that began. */
interface Client {
  talker: Talker
  running: Promise<void>
  /** Its connections to the gateway that leaves. */
  lines: Line[]
}

/** Lets a client do all this: on `first`, until it is lost there, then wherever `next` says. */
function start(doing: readonly Act[], isLate: boolean, next: () => TestGateway, leaving: TestGateway): Client {
  const lines: Line[] = []
  const elsewhere = sessions.gateway()
  const talker = startTalker({
    dial(back) {
      const gateway = isLate && back === null ? elsewhere : next()
      const line = back === null ? gateway.open() : gateway.resume({ ...back, sendsAgain: true })
      if (gateway === leaving) lines.push(line)
      if (gateway === elsewhere) line.breakAfter(3 + doing.length, doing.length % 2 === 0)
      return line
    },
  })
  const actor = makeActor(talker)
  const act = async (): Promise<void> => {
    try {
      await actor.begin()
      for (const each of doing) await actor.do(each)
    } finally {
      talker.close()
    }
  }
  const running = act()
  running.catch(() => {}) // whoever waits for it sees it
  return { talker, running, lines }
}

/** Waits until an answer is under way somewhere; a second at most, since there may be none. */
async function untilAnswered(clients: readonly Client[]): Promise<void> {
  const isAnswered = ({ lines }: Client): boolean =>
    lines.some(({ ended, received }) => ended === null && open(received) > 0)
  for (let waitedMs = 0; waitedMs < 1_000 && !clients.some(isAnswered); waitedMs += 5) await sleep(5)
}

const open = (events: readonly string[]): number =>
  events.reduce((sum, text) => {
    const { type } = JSON.parse(text) as ServerEvent
    return sum + (type === 'response.created' ? 1 : 0) - (type === 'response.done' ? 1 : 0)
  }, 0)

async function tapeAlone(doing: readonly Act[]): Promise<unknown[]> {
  const { talker } = await liveThrough(sessions, {
    async script(talker) {
      const actor = makeActor(talker)
      await actor.begin()
      for (const act of doing) await actor.do(act)
    },
    faults: [],
  })
  return tapeOf(talker.events, talker.sessionId ?? 'sess_none')
}

const say = ['It is a quarter past three.', 'One and two.', 'Yes.', 'One and two.']
const asking: Act = { kind: 'ask', answer: { say }, isWritten: false, isOutOfBand: false }
/** Clients in the middle of an answer, for which there is no time and then enough; chance alone may miss it. */
const midAnswer = [0, 30_000, 0, 30_000].map((withinMs) => ({
  clients: [asking, asking].map((act) => ({ doing: [act], isLate: false })),
  afterMs: null,
  withinMs,
}))

describe('Property: connection draining', () => {
  it('ends every answer under way, here or at the deadline elsewhere, and sends every client there', async () => {
    const about = fc.record({
      clients: fc.array(fc.record({ doing: acts, isLate: fc.boolean() }), { minLength: 2, maxLength: 5, size: 'max' }),
      // clients take longer to begin where the machine is busy; null: in the middle of an answer, which a time may miss
      afterMs: fc.option(fc.oneof(fc.integer({ min: 0, max: 120 }), fc.integer({ min: 120, max: 600 })), { freq: 2 }),
      withinMs: fc.oneof(fc.integer({ min: 0, max: 60 }), fc.constant(30_000)),
    })
    await fc.assert(
      fc.asyncProperty(about, async ({ clients: planned, afterMs, withinMs }) => {
        const tapes = await Promise.all(planned.map(({ doing }) => tapeAlone(doing)))
        const [leaving, staying] = [sessions.gateway(), sessions.gateway()]
        let isLeaving = false
        const next = (): TestGateway => (isLeaving ? staying : leaving)
        const clients = planned.map(({ doing, isLate }) => start(doing, isLate, next, leaving))
        await (afterMs === null ? untilAnswered(clients) : sleep(afterMs))
        isLeaving = true
        const lines = clients.flatMap((client) => client.lines.filter(({ ended }) => ended === null))
        const before = lines.map(({ received }) => open(received))
        reached.lateComers += lines.length - leaving.fleet.size
        const startMs = performance.now()
        await leaving.fleet.drain(withinMs)
        const isOver = performance.now() - startMs >= withinMs - 5 // a timer may run out a little early
        for (const line of lines) {
          const { code } = await line.closed
          expect([1000, 1012]).toContain(code) // a client may have ended by itself
        }
        for (const [index, { received, ended }] of lines.entries()) {
          const left = open(received)
          if (ended?.code === 1012 && !isOver) expect(left).toBeLessThanOrEqual(0) // one that began elsewhere may end here
          reached[before[index] === 0 ? 'idle' : left <= 0 ? 'doneHere' : 'doneElsewhere'] += 1
        }
        await leaving.fleet.gone()
        expect(leaving.fleet.size).toBe(0)
        await Promise.all(clients.map(({ running }) => running))
        for (const [index, { talker }] of clients.entries()) {
          expect(talker.events.filter((event) => !isNumbered(event))).toEqual([])
          const tape = tapeOf(talker.events, talker.sessionId ?? 'sess_none')
          expect(differenceOf(tape, tapes[index] ?? [])).toBeNull()
        }
        expect([...leaving.errors, ...staying.errors]).toEqual([])
      }),
      { numRuns: 25, endOnFailure: true, examples: midAnswer.map((one): [typeof one] => [one]) },
    )
    expect(reached.doneHere).toBeGreaterThan(0)
    expect(reached.doneElsewhere).toBeGreaterThan(0)
    expect(reached.idle).toBeGreaterThan(0)
  }, 300_000)
})
