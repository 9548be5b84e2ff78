import { makeResamplers, openVoiceActivity, type Resamplers, type VoiceActivity } from '@voicebox/audio'
import { useRedis } from '@voicebox/streams/testing'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Act, acts, makeActor } from '../testing/acts.ts'
import { makeLife } from '../testing/life.ts'
import { levelsIn } from '../testing/script.ts'
import { type ScriptedWorkers, startWorkers } from '../testing/scripted-workers.ts'
import { startTalker, summaryOf, type Talker } from '../testing/talker.ts'
import { tapeOf } from '../testing/tape.ts'
import { openGateway, type TestGateway } from '../testing/test-gateway.ts'

const server = useRedis()
const redis = server.handle()
let voiceActivity: VoiceActivity
let resamplers: Resamplers
let workers: ScriptedWorkers
beforeAll(async () => {
  voiceActivity = await openVoiceActivity({ maxStreams: 200 })
  resamplers = await makeResamplers()
  workers = startWorkers(redis)
})
afterAll(async () => {
  await workers.close()
  await voiceActivity.close()
})

/** What becomes of one connection, and of who drives the session on it. */
type Fault =
  | { kind: 'dies'; afterSteps: number }
  | { kind: 'breaks'; afterFrames: number; isNoticed: boolean; isElsewhere: boolean }

const fault: fc.Arbitrary<Fault> = fc.oneof(
  fc.record({ kind: fc.constant('dies' as const), afterSteps: fc.integer({ min: 1, max: 120 }) }),
  fc.record({
    kind: fc.constant('breaks' as const),
    afterFrames: fc.integer({ min: 0, max: 60 }),
    isNoticed: fc.boolean(),
    isElsewhere: fc.boolean(),
  }),
)

async function live(
  doing: readonly Act[],
  faults: readonly Fault[],
): Promise<{ talker: Talker; spoken: readonly number[][] }> {
  const open = (life = makeLife()): TestGateway => {
    const gateway = openGateway({ redis, voiceActivity, resamplers, life })
    gateways.push(gateway)
    return gateway
  }
  const gateways: TestGateway[] = []
  let current = open()
  let dialled = 0
  const talker = startTalker({
    dial(back) {
      const next = faults[dialled++]
      let gateway = current
      if (next?.kind === 'dies') gateway = open(makeLife(next.afterSteps))
      else if (next === undefined || next.isElsewhere) gateway = current = open()
      const line = back === null ? gateway.open() : gateway.resume({ ...back, sendsAgain: true })
      if (next?.kind === 'breaks') line.breakAfter(next.afterFrames, next.isNoticed)
      return line
    },
  })
  const actor = makeActor(talker)
  await actor.begin()
  for (const act of doing) await actor.do(act)
  talker.close()
  await new Promise(setImmediate)
  await Promise.all(gateways.filter(({ life }) => !life.isOver).map(({ fleet }) => fleet.gone()))
  for (const gateway of gateways) expect(gateway.errors).toEqual([])
  return { talker, spoken: actor.spoken }
}

describe('Property: whatever is cut', () => {
  it('a session shows what one shows that nothing happens to', { timeout: 600_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(acts, fc.array(fault, { maxLength: 8 }), async (doing, faults) => {
        const alone = await live(doing, [])
        const cut = await live(doing, faults)
        const tapes = [alone, cut].map(({ talker }) =>
          tapeOf(
            talker.events.filter(({ event_id }) => event_id.length === 27),
            talker.sessionId ?? 'sess_none',
          ),
        )
        try {
          expect(tapes[1]).toEqual(tapes[0])
        } catch (e) {
          console.log(summaryOf(alone.talker.events), '\n---\n', summaryOf(cut.talker.events))
          throw e
        }
        const { events } = cut.talker
        expect(events.filter(({ event_id }) => event_id.length !== 27)).toEqual([])
        const said = cut.talker.of('input_audio_buffer.committed').map(({ item_id }) => workers.heard.get(item_id))
        expect(said.map((samples) => levelsIn(samples ?? new Int16Array(0)))).toEqual(cut.spoken)
      }),
      {
        numRuns: Number(process.env['RUNS'] ?? 20),
        ...(process.env['SEED'] ? { seed: Number(process.env['SEED']) } : {}),
        endOnFailure: true,
      },
    )
  })
})
