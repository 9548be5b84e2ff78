import type { AudioFormat, ServerEvent } from '@voicebox/protocol'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { acts, makeActor } from '../testing/acts.ts'
import { faultsWithin, liveThrough, type Lived } from '../testing/faults.ts'
import { haste, hurry } from '../testing/haste.ts'
import { openSessions, type Sessions } from '../testing/open-sessions.ts'
import { loadRecordings, spokenTurns } from '../testing/recorded-speech.ts'
import { levelsIn } from '../testing/script.ts'
import { differenceOf, isNumbered, tapeOf } from '../testing/tape.ts'
import { faultsIn } from '../testing/told.ts'

const formats: AudioFormat[] = [{ type: 'audio/pcm', rate: 24_000 }, { type: 'audio/pcmu' }, { type: 'audio/pcma' }]
const settings = { timeout: 300_000 }
/** How often something was put to the test. */
const reached = { cuts: 0, resumptions: 0 }

/** What comes sometimes at once and sometimes late. */
const paceMs = (): number => Math.max(0, Math.random() * 8 - 4)

/** What must hold of every session. */
function check({ talker, gateways }: Lived): void {
  reached.cuts += talker.connections - 1
  reached.resumptions += talker.resumed.length
  expect(gateways.flatMap(({ errors }) => errors)).toEqual([])
  expect(talker.events.filter((event) => !isNumbered(event))).toEqual([])
}

function tape({ talker }: Lived): unknown[] {
  return tapeOf(talker.events, talker.sessionId ?? 'sess_none')
}

describe('Property: a session whose processes and connections are cut at any of their steps', () => {
  let sessions: Sessions
  beforeAll(async () => {
    sessions = await openSessions({ workers: { paceMs } })
  })
  afterAll(() => sessions.close())

  it('tells and hears what one does that nothing happens to: ids, order, audio', settings, async () => {
    const about = fc.record({ doing: acts, faults: faultsWithin(150), format: fc.constantFrom(...formats) })
    await fc.assert(
      fc.asyncProperty(about, async ({ doing, faults, format }) => {
        let turns: readonly number[][] = []
        const script = async (talker: Lived['talker']): Promise<void> => {
          const actor = makeActor(talker, format)
          turns = actor.turns
          await actor.begin()
          for (const act of doing) await actor.do(act)
        }
        const alone = await liveThrough(sessions, { script, faults: [] })
        const cut = await liveThrough(sessions, { script, faults })
        check(cut)
        expect(differenceOf(tape(cut), tape(alone))).toBeNull()
        const spoken = cut.talker
          .of('input_audio_buffer.committed')
          .map(({ item_id }) => sessions.workers.heard.get(item_id))
        expect(spoken.map((samples) => levelsIn(samples ?? new Int16Array(0)))).toEqual(turns)
      }),
      { numRuns: 40, endOnFailure: true },
    )
    expect(reached.cuts).toBeGreaterThan(30)
    expect(reached.resumptions).toBeGreaterThan(20)
  })

  it('finds the turns in speech that it finds without that, and none of their audio is lost', settings, async () => {
    const recordings = await loadRecordings()
    const about = fc.record({
      spoken: spokenTurns,
      faults: faultsWithin(500),
      model: fc.constantFrom('gpt-realtime', 'gpt-live'),
    })
    await fc.assert(
      fc.asyncProperty(about, async ({ spoken, faults, model }) => {
        const script = (talker: Lived['talker']): Promise<void> => recordings.say(talker, spoken)
        const alone = await liveThrough(sessions, { script, faults: [], model })
        const cut = await liveThrough(sessions, { script, faults, model })
        check(cut)
        expect(told(cut)).toEqual(told(alone))
        const [turns, expected] = [turnsOf(cut), turnsOf(alone)]
        for (const [index, { startMs, endMs, samples }] of turns.entries()) {
          const wanted = expected[index]
          if (wanted === undefined) throw new Error('There are more turns')
          // who goes on looks at other windows
          expect(Math.abs(startMs - wanted.startMs)).toBeLessThanOrEqual(toleranceMs)
          expect(Math.abs(endMs - wanted.endMs)).toBeLessThanOrEqual(toleranceMs)
          expect(Math.abs(samples.length - (endMs - startMs) * 16)).toBeLessThanOrEqual(16)
          const shift = (startMs - wanted.startMs) * 16
          expect(samples.findIndex((sample, at) => sample !== (wanted.samples[at + shift] ?? sample))).toBe(-1)
        }
      }),
      { numRuns: 8, endOnFailure: true },
    )
  })

  /** What a client is told but for pieces, of which there may be more or fewer. */
  function told({ talker }: Lived): ServerEvent['type'][] {
    return talker.events.map(({ type }) => type).filter((type) => !type.endsWith('.delta'))
  }

  function turnsOf({ talker }: Lived): { startMs: number; endMs: number; samples: Int16Array }[] {
    const stops = talker.of('input_audio_buffer.speech_stopped')
    return talker.of('input_audio_buffer.speech_started').map(({ audio_start_ms: startMs, item_id }, index) => {
      const samples = sessions.workers.heard.get(item_id) ?? new Int16Array(0)
      return { startMs, endMs: stops[index]?.audio_end_ms ?? NaN, samples }
    })
  }
})

const toleranceMs = 100

describe('Property: a client that waits for nothing, whose processes and connections are cut', () => {
  let sessions: Sessions
  beforeAll(async () => {
    sessions = await openSessions({ workers: { paceMs, isEager: true } })
  })
  afterAll(() => sessions.close())

  it('has each of its events act once, and is told everything once and in order', settings, async () => {
    await fc.assert(
      fc.asyncProperty(haste, faultsWithin(200), async (doing, faults) => {
        let problems: string[] = []
        const script = async (talker: Lived['talker']): Promise<void> => void (problems = await hurry(talker, doing))
        const cut = await liveThrough(sessions, { script, faults })
        check(cut)
        expect([...problems, ...faultsIn(cut.talker.events, cut.talker.sessionId ?? 'sess_none')]).toEqual([])
      }),
      { numRuns: 60, endOnFailure: true },
    )
  })
})
