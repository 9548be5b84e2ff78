import { codecOf, openVoiceActivity, samplesOf, concatSamples, type VoiceActivity } from '@voicebox/audio'
import type { AudioFormat } from '@voicebox/protocol'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openListening } from './listening.ts'

const formats: AudioFormat[] = [{ type: 'audio/pcm', rate: 24_000 }, { type: 'audio/pcmu' }, { type: 'audio/pcma' }]
const [pcm] = formats as [AudioFormat]

let voiceActivity: VoiceActivity
beforeAll(async () => {
  voiceActivity = await openVoiceActivity({ maxStreams: 4 })
})
afterAll(() => voiceActivity.close())

/** What a client does, one after the other; each piece of audio is its own constant, so that it is known again. */
type Deed =
  | { kind: 'audio'; samples: number }
  | { kind: 'ask' }
  | { kind: 'change'; format: AudioFormat; reducesNoise: boolean }
  | { kind: 'wait' }

const deed: fc.Arbitrary<Deed> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('audio'), samples: fc.integer({ min: 1, max: 900 }) }) },
  { weight: 1, arbitrary: fc.constant({ kind: 'ask' }) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('change'),
      format: fc.constantFrom(...formats),
      reducesNoise: fc.boolean(),
    }),
  },
  { weight: 1, arbitrary: fc.constant({ kind: 'wait' }) },
)

/** How many samples of 16 kHz the pieces make: resampling rounds up once for each run of one rate. */
function countHeard(pieces: readonly { samples: number; rateHz: number }[]): number {
  const runs: { samples: number; rateHz: number }[] = []
  for (const { samples, rateHz } of pieces) {
    const last = runs.at(-1)
    if (last?.rateHz === rateHz) last.samples += samples
    else runs.push({ samples, rateHz })
  }
  return runs.reduce((sum, { samples, rateHz }) => sum + Math.ceil((samples * 16_000) / rateHz), 0)
}

describe('Listening while the format changes', () => {
  it('decodes each piece in the format of its place, and runs what waits in order and at its sample', async () => {
    const reached = { changes: 0, waited: 0 }
    await fc.assert(
      fc.asyncProperty(fc.array(deed, { maxLength: 40, size: 'max' }), async (deeds) => {
        let heardMs = 0
        const audio: Uint8Array[] = []
        const log: { deed: number; atMs: number }[] = []
        const expected: typeof log = []
        const pieces: { samples: number; rateHz: number }[] = []
        let format = pcm
        const listening = openListening({
          voiceActivity,
          hearing: { turnDetection: null, format, noiseReduction: null },
          keptSilenceMs: 1_000,
          onInput: (input) => void (input.kind === 'audio_heard' && (heardMs += input.ms)),
          onAudio: (_, __, bytes) => void (bytes !== null && audio.push(bytes)),
          onPause: () => {},
          onDrop: () => {},
          onFailure: (error) => expect.fail(error.message),
        })
        listening.perform({ kind: 'open_utterance', itemId: 'item_one', fromMs: 0 })
        for (const [i, each] of deeds.entries()) {
          if (each.kind === 'wait') await new Promise(setImmediate)
          if (each.kind === 'audio') {
            const { encode, rateHz } = codecOf(format)
            listening.append(encode(new Int16Array(each.samples)), i, (refusal) => expect.fail(refusal.kind))
            pieces.push({ samples: each.samples, rateHz })
          }
          if (each.kind !== 'ask' && each.kind !== 'change') continue
          expected.push({ deed: i, atMs: countHeard(pieces) / 16 })
          if (listening.isBehind) reached.waited += 1
          const run = (): void => {
            log.push({ deed: i, atMs: heardMs })
            if (each.kind === 'change') {
              const noiseReduction = each.reducesNoise ? { type: 'near_field' as const } : null
              const hearing = { turnDetection: null, format: each.format, noiseReduction }
              listening.perform({ kind: 'configure_listening', hearing, floorMs: 0 })
            }
          }
          listening.whenHeard(run, { mayChangeHearing: each.kind === 'change' })
          if (each.kind === 'change') {
            format = each.format
            reached.changes += 1
          }
        }
        await new Promise<void>((resolve) => void listening.whenHeard(resolve))
        listening.perform({ kind: 'close_utterance', itemId: 'item_one' })
        listening.close()
        expect(log.map(({ deed }) => deed)).toEqual(expected.map(({ deed }) => deed))
        log.forEach(({ atMs }, i) => expect(atMs).toBeCloseTo(expected[i]?.atMs ?? NaN, 6))
        const samples = concatSamples(audio.map(samplesOf))
        expect(samples).toHaveLength(countHeard(pieces))
        // Silence is other bytes in every format: wrongly decoded it is loud, or of another length.
        expect(samples.every((sample) => Math.abs(sample) <= 16)).toBe(true)
      }),
      { numRuns: 60 },
    )
    expect(reached.changes).toBeGreaterThan(100)
    expect(reached.waited).toBeGreaterThan(50)
  })
})
