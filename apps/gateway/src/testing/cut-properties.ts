import type { AudioFormat } from '@voicebox/protocol'
import fc, { type IAsyncPropertyWithHooks } from 'fast-check'
import { acts, makeActor } from './acts.ts'
import { faultsWithin, liveThrough, type Lived } from './faults.ts'
import { haste, hurry } from './haste.ts'
import type { Sessions } from './open-sessions.ts'
import { type Recordings, spokenTurns } from './recorded-speech.ts'
import { levelsIn } from './script.ts'
import type { Talker } from './talker.ts'
import { differenceOf, isNumbered, tapeOf } from './tape.ts'
import { faultsIn } from './told.ts'

/** What must hold of a session whose processes and connections are cut at any of their steps. Each throws what does not hold. */
export interface CutProperties {
  /** It tells and hears what one does that nothing happens to: ids, order, audio. */
  byHand: IAsyncPropertyWithHooks<unknown>
  /** It finds the turns in speech that it finds without that, and none of their audio is lost. */
  byVoice: IAsyncPropertyWithHooks<unknown>
  /** Each event of a client that waits for nothing acts once, and it is told everything once and in order. */
  inHaste: IAsyncPropertyWithHooks<unknown>
  /** How often something was put to the test. */
  readonly reached: { readonly cuts: number; readonly resumptions: number }
}

const formats: AudioFormat[] = [{ type: 'audio/pcm', rate: 24_000 }, { type: 'audio/pcmu' }, { type: 'audio/pcma' }]
/** Who goes on looks at other windows. */
const toleranceMs = 100

export function makeCutProperties(sessions: Sessions, recordings: Recordings): CutProperties {
  const reached = { cuts: 0, resumptions: 0 }

  function must(...problems: (string | null)[]): void {
    const [first] = problems.filter((problem) => problem !== null)
    if (first !== undefined) throw new Error(first)
  }

  /** What must hold of every session. */
  function check({ talker, gateways }: Lived): void {
    reached.cuts += talker.connections - 1
    reached.resumptions += talker.resumed.length
    for (const { errors } of gateways) must(errors.length > 0 ? `A gateway had a bug: ${JSON.stringify(errors)}` : null)
    const beside = talker.events.filter((event) => !isNumbered(event))
    must(beside.length > 0 ? `It was told ${JSON.stringify(beside)}` : null)
  }

  const heardFor = (item: string): Int16Array => sessions.workers.heard.get(item) ?? new Int16Array(0)

  const handy = fc.record({ doing: acts, faults: faultsWithin(150), format: fc.constantFrom(...formats) })
  const byHand = fc.asyncProperty(handy, async ({ doing, faults, format }) => {
    let turns: readonly number[][] = []
    const script = async (talker: Talker): Promise<void> => {
      const actor = makeActor(talker, format)
      turns = actor.turns
      await actor.begin()
      for (const act of doing) await actor.do(act)
    }
    const alone = await liveThrough(sessions, { script, faults: [] })
    const cut = await liveThrough(sessions, { script, faults })
    check(cut)
    must(differenceOf(tape(cut), tape(alone)))
    const heard = cut.talker.of('input_audio_buffer.committed').map(({ item_id }) => levelsIn(heardFor(item_id)))
    must(differenceOf(heard, turns))
  })

  const spoken = fc.record({
    said: spokenTurns,
    faults: faultsWithin(500),
    model: fc.constantFrom('gpt-realtime', 'gpt-live'),
  })
  const byVoice = fc.asyncProperty(spoken, async ({ said, faults, model }) => {
    const script = (talker: Talker): Promise<void> => recordings.say(talker, said)
    const alone = await liveThrough(sessions, { script, faults: [], model })
    const cut = await liveThrough(sessions, { script, faults, model })
    check(cut)
    must(differenceOf(kinds(cut), kinds(alone)))
    const expected = turnsOf(alone)
    for (const [index, turn] of turnsOf(cut).entries()) must(...faultsInTurn(turn, expected[index] ?? turn))
  })

  const inHaste = fc.asyncProperty(haste, faultsWithin(200), async (doing, faults) => {
    let problems: string[] = []
    const script = async (talker: Talker): Promise<void> => void (problems = await hurry(talker, doing))
    const cut = await liveThrough(sessions, { script, faults })
    check(cut)
    must(...problems, ...faultsIn(cut.talker.events, cut.talker.sessionId ?? 'sess_none'))
  })

  function turnsOf({ talker }: Lived): Turn[] {
    const stops = talker.of('input_audio_buffer.speech_stopped')
    return talker.of('input_audio_buffer.speech_started').map(({ audio_start_ms: startMs, item_id }, index) => {
      return { startMs, endMs: stops[index]?.audio_end_ms ?? NaN, samples: heardFor(item_id) }
    })
  }

  return { byHand, byVoice, inHaste, reached }
}

interface Turn {
  startMs: number
  endMs: number
  samples: Int16Array
}

function tape({ talker }: Lived): unknown[] {
  return tapeOf(talker.events, talker.sessionId ?? 'sess_none')
}

/** What a client is told, but for pieces, of which there may be more or fewer. */
function kinds({ talker }: Lived): string[] {
  return talker.events.map(({ type }) => type).filter((type) => !type.endsWith('.delta'))
}

function faultsInTurn({ startMs, endMs, samples }: Turn, expected: Turn): (string | null)[] {
  const isNear = (a: number, b: number): boolean => Math.abs(a - b) <= toleranceMs
  const isWhole = Math.abs(samples.length - (endMs - startMs) * 16) <= 16
  const shift = (startMs - expected.startMs) * 16
  const wrong = samples.findIndex((sample, at) => sample !== (expected.samples[at + shift] ?? sample))
  return [
    isNear(startMs, expected.startMs) ? null : `It begins at ${startMs} in place of ${expected.startMs}`,
    isNear(endMs, expected.endMs) ? null : `It ends at ${endMs} in place of ${expected.endMs}`,
    isWhole ? null : `From ${startMs} to ${endMs} there are ${samples.length} samples`,
    wrong === -1 ? null : `Sample ${wrong} of ${samples.length} is ${samples[wrong]}`,
  ]
}
