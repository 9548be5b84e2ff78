import { type Resamplers, concatSamples, makeResamplers, samplesOf } from '@voicebox/audio'
import type { SpeechSynthesizer } from '@voicebox/engines'
import { makeFakeSynthesizer } from '@voicebox/engines/testing'
import { newId, systemClock } from '@voicebox/kernel'
import type { SynthesizeJob, WorkerResult } from '@voicebox/streams'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { speakSegment } from './speak-segment.ts'

const responseId = newId('resp')
const job: SynthesizeJob = {
  kind: 'synthesize',
  id: newId('job'),
  sessionId: newId('sess'),
  tenantId: 'tenant',
  deadlineMs: 60_000,
  traceId: 'trace',
  responseId,
  segment: 3,
  text: 'a'.repeat(100), // of a second
  voice: 'alloy',
  speed: 1,
}

describe('Speaking a segment', () => {
  let resamplers: Resamplers
  let times: string[] = []
  beforeAll(async () => {
    resamplers = await makeResamplers()
  })
  afterAll(() => resamplers.close())

  async function speak(
    synthesizer: SpeechSynthesizer,
    { text = job.text, accept = Infinity, signal = new AbortController().signal } = {},
  ): Promise<WorkerResult[]> {
    const results: WorkerResult[] = []
    times = []
    const speakers = { speakerOf: () => synthesizer, close: async () => undefined }
    const emit = async (...emitted: WorkerResult[]): Promise<boolean> => {
      if (results.length >= accept) return false
      results.push(...emitted)
      return true
    }
    const tell = { onFirstAudio: () => void times.push('first audio'), onSpoken: () => void times.push('spoken') }
    await speakSegment({ speakers, resamplers, clock: systemClock, ...tell }, { ...job, text }, { signal, emit })
    return results
  }

  const audioOf = (results: readonly WorkerResult[]) => results.filter((result) => result.kind === 'audio_generated')

  it.each([8_000, 16_000, 22_050, 24_000])(
    'gives all of it at 24 kHz when the engine speaks at %d Hz',
    async (rate) => {
      const results = await speak(makeFakeSynthesizer({ sampleRateHz: rate }))
      const chunks = audioOf(results).map(({ pcm }) => samplesOf(pcm))
      const audio = concatSamples(chunks)
      expect(results.at(-1)).toEqual({ kind: 'segment_spoken', responseId, segment: 3, samples: audio.length })
      expect(audio.length).toBeGreaterThanOrEqual(24_000)
      expect(audio.length).toBeLessThan(24_000 * 1.02)
      expect(audioOf(results).map(({ offset }) => offset)).toEqual(
        chunks.map((_, i) => concatSamples(chunks.slice(0, i)).length),
      )
    },
  )

  it('begins with a short chunk, and makes none longer than a fifth of a second', async () => {
    const whole = oneChunk(24_000)
    const lengths = audioOf(await speak(whole)).map(({ pcm }) => pcm.length / 2)
    expect(lengths).toEqual([1_440, 2_400, 4_800, 4_800, 4_800, 4_800, 960])
  })

  it('gathers what an engine gives in little pieces', async () => {
    const lengths = audioOf(await speak(makeFakeSynthesizer({ sampleRateHz: 24_000 }))).map(({ pcm }) => pcm.length / 2)
    expect(lengths).toEqual([240, 2_400, 4_800, 4_800, 4_800, 4_800, 2_160])
  })

  it('tells once when it began to sound, and once when all was said', async () => {
    await speak(makeFakeSynthesizer())
    expect(times).toEqual(['first audio', 'spoken'])
    await speak(oneChunk(240_000), { accept: 2 })
    expect(times).toEqual(['first audio'])
  })

  it('says of text without anything to say that it is spoken', async () => {
    expect(await speak(makeFakeSynthesizer(), { text: '...' })).toEqual([
      { kind: 'segment_spoken', responseId, segment: 3, samples: 0 },
    ])
  })

  it('stops when what it emits is refused', async () => {
    const synthesizer = oneChunk(240_000)
    const results = await speak(synthesizer, { accept: 2 })
    expect(results.map(({ kind }) => kind)).toEqual(['audio_generated', 'audio_generated'])
  })

  it('says nothing when it was aborted', async () => {
    expect(await speak(makeFakeSynthesizer(), { signal: AbortSignal.abort() })).toEqual([])
  })

  it('throws what the engine throws', async () => {
    const synthesizer = makeFakeSynthesizer({ failOn: 'bad' })
    await expect(speak(synthesizer, { text: 'bad' })).rejects.toMatchObject({ code: 'synthesis_failed' })
  })
})

/** Speaks one long chunk, whatever the text. */
function oneChunk(samples: number): SpeechSynthesizer {
  return {
    name: 'one chunk',
    sampleRateHz: 24_000,
    async *synthesize() {
      yield new Int16Array(samples)
    },
    close: async () => undefined,
  }
}
