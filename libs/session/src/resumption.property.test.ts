import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Driven, isOutward, type Outward } from './driven.testing.ts'
import { type Errand, isErrand } from './errand.ts'
import { histories } from './histories.testing.ts'
import { begin, eventsIn, type Life, live, lives, reachedNothing } from './lives.testing.ts'
import { recordsOf, stateFrom } from './records.ts'
import { savesOf } from './saves.ts'
import { conversationIn, Simulation } from './simulation.testing.ts'
import { step } from './step.ts'

const runs = { numRuns: 150 }
const reached = reachedNothing()

/** The same inputs in one process that never dies. */
function inOneProcess({ inputs }: Driven, engine: Life['engine']) {
  let state = begin(engine)
  const effects = inputs.flatMap((input) => {
    const [next, made] = step(state, input)
    state = next
    return made
  })
  return { state, sent: effects.filter(isOutward), asked: effects.filter(isErrand) }
}

function responseOf(effect: Outward): string | null {
  if (effect.kind === 'send_audio' || effect.kind === 'end_audio') return effect.part.response_id
  if (effect.kind !== 'send') return null
  if ('response_id' in effect.event) return effect.event.response_id
  return 'response' in effect.event ? effect.event.response.id : null
}

function subjectOf(errand: Extract<Errand, { jobId: string }>): string {
  if ('request' in errand) return 'itemId' in errand.request ? errand.request.itemId : errand.request.responseId
  return 'itemId' in errand ? errand.itemId : errand.responseId
}

const texts = (values: readonly object[]): Set<string> => new Set(values.map((value) => JSON.stringify(value)))

describe('Property: session state consistency', { timeout: 120_000 }, () => {
  it('a session that outlives its processes is told, kept and asked for as one that has only one', () => {
    fc.assert(
      fc.property(lives, (life) => {
        const driven = live(life, reached)
        const alone = inOneProcess(driven, life.engine)
        expect(driven.sent).toEqual(alone.sent)
        expect(driven.state).toEqual(alone.state)
        expect(stateFrom(driven.records)).toEqual(alone.state)
        expect(texts(driven.asked)).toEqual(texts(alone.asked))
      }),
      runs,
    )
    expect(reached.deaths).toBeGreaterThan(300)
    expect(reached.again).toBeGreaterThan(100)
    expect(reached.lost).toBeGreaterThan(100)
  })

  it('a state is its records, which are plain data, and the same objects where nothing has changed', () => {
    fc.assert(
      fc.property(histories, (actions) => {
        const simulation = new Simulation()
        simulation.state = begin({ keepsHistory: true })
        for (const act of actions) {
          const before = recordsOf(simulation.state)
          act(simulation)
          const after = recordsOf(simulation.state)
          expect([...recordsOf(simulation.state)].every(([name, record]) => after.get(name) === record)).toBe(true)
          for (const [name, record] of after) {
            const earlier = before.get(name)
            // what is small may be written again for nothing, and what the client sets
            if (earlier === record || earlier === undefined || /^(head$|session$|response:)/.test(name)) continue
            expect(record).not.toEqual(earlier)
          }
        }
        const records = recordsOf(simulation.state)
        expect(stateFrom(structuredClone(records))).toEqual(simulation.state)
        for (const record of records.values()) expect(JSON.parse(JSON.stringify(record))).toStrictEqual(record)
      }),
      runs,
    )
  })

  it('what language workers read can be saved anew, as it was saved', () => {
    fc.assert(
      fc.property(lives, (life) => {
        const { state, saved } = live(life, reached)
        const again = savesOf(state)
        expect(again.map(({ item }) => item.id).sort()).toEqual([...saved.keys()].sort())
        for (const save of again) {
          // the request that it answers may be gone, and with it what the model would be told of the answer
          if (save.item.type !== 'mcp_approval_response') expect(save).toEqual(saved.get(save.item.id))
        }
      }),
      runs,
    )
  })

  it('the conversation that the client was told of is the one that is kept', () => {
    fc.assert(
      fc.property(lives, (life) => {
        const { sent, records } = live(life, reached)
        const order: string[] = []
        for (const event of eventsIn(sent)) {
          if (event.type === 'conversation.item.deleted') order.splice(order.indexOf(event.item_id), 1)
          if (event.type !== 'conversation.item.added') continue
          const { previous_item_id: previous, item } = event
          order.splice(previous === null ? 0 : order.indexOf(previous) + 1, 0, item.id)
        }
        expect(conversationIn(stateFrom(records))).toEqual(order)
      }),
      runs,
    )
  })
})

describe('Property: cancel propagation', { timeout: 120_000 }, () => {
  it('all work for an answer that ends early is stopped, in whatever process, and nothing of it is told any more', () => {
    const ends = { cancelled: 0, failed: 0, incomplete: 0 }
    let calls = 0
    fc.assert(
      fc.property(lives, (life) => {
        const { sent, asked } = live(life, reached)
        const stopped = new Set(asked.flatMap((errand) => (errand.kind === 'cancel_work' ? [errand.subject] : [])))
        const done = new Set<string>()
        for (const effect of sent) {
          const id = responseOf(effect)
          if (id !== null) expect(done).not.toContain(id)
          if (effect.kind !== 'send' || effect.event.type !== 'response.done') continue
          const { response } = effect.event
          done.add(response.id)
          if (response.status === 'completed' || response.status === 'in_progress') continue
          ends[response.status] += 1
          expect(stopped).toContain(response.id)
          for (const item of response.output) {
            if (item.type !== 'mcp_call' || item.error?.message !== 'The call was cancelled.') continue
            calls += 1
            expect(stopped).toContain(item.id)
          }
        }
      }),
      runs,
    )
    expect(Math.min(...Object.values(ends))).toBeGreaterThan(5)
    expect(calls).toBeGreaterThan(1)
  })

  it('nobody is asked to go on with what was stopped, nor twice to do the same, and each answer is settled once', () => {
    let jobs = 0
    fc.assert(
      fc.property(lives, (life) => {
        const { sent, asked, inputs } = live(life, reached)
        // a wait that is over stops the work, whether there was any or not
        const timed = inputs.flatMap((input) => (input.kind === 'timer_fired' ? [input.subject] : []))
        const byId = new Map<string, string>()
        const stopped = new Set<string>()
        const settled = new Map<string, number>()
        for (const errand of asked) {
          if (errand.kind === 'cancel_work') stopped.add(errand.subject)
          if (errand.kind === 'settle') {
            expect(settled.get(errand.responseId) ?? errand.tokens).toBe(errand.tokens)
            settled.set(errand.responseId, errand.tokens)
          }
          if (!('jobId' in errand)) continue
          const text = JSON.stringify(errand)
          if (byId.has(errand.jobId)) {
            expect(byId.get(errand.jobId)).toBe(text)
            continue
          }
          jobs += 1
          byId.set(errand.jobId, text)
          const subject = subjectOf(errand)
          if (!timed.includes(subject)) expect(stopped).not.toContain(subject)
        }
        const ended = eventsIn(sent).flatMap((event) => (event.type === 'response.done' ? [event.response] : []))
        expect(settled).toEqual(new Map(ended.map(({ id, usage }) => [id, usage?.total_tokens])))
      }),
      runs,
    )
    expect(jobs).toBeGreaterThan(100)
  })
})
