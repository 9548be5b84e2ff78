import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { loadGtcrn } from './gtcrn.ts'
import type { VoiceWindow } from './heard.ts'
import { makeNoiseReducer } from './noise-reducer.ts'
import { concatSamples } from './pcm16.ts'
import { atLevel, cut, firstDifference, likenessDb, mix, rmsOf, rumble, whiteNoise } from './testing/signals.ts'
import { flite, recording } from './testing/speech.ts'
import { type VoiceActivity, openVoiceActivity } from './voice-activity.ts'

const delaySamples = 512
const pauseSamples = 24_000
const noises = { 'white noise': whiteNoise, rumble }

let activity: VoiceActivity
let speech: Int16Array
beforeAll(async () => {
  activity = await openVoiceActivity({ maxStreams: 4 })
  const pause = new Int16Array(pauseSamples)
  const spoken = await flite('rms', 'I would like to book an appointment for next Tuesday')
  speech = concatSamples([pause, spoken, pause, await recording('goodbye-mary'), pause])
})
afterAll(() => activity.close())

/** The speech among noise that is `db` quieter than it. */
function noisy(makeNoise: typeof whiteNoise, db: number): Int16Array {
  const loud = speech.filter((sample) => Math.abs(sample) > 200)
  return mix(speech, atLevel(makeNoise(speech.length, 1_000), rmsOf(loud) / 10 ** (db / 20)))
}

async function reduced(samples: Int16Array, suppression: number): Promise<Int16Array> {
  const reducer = makeNoiseReducer(await loadGtcrn())
  const output = concatSamples(cut(samples, [320]).map((piece) => reducer.process(piece, suppression)))
  reducer.close()
  return output
}

function hear(samples: Int16Array, suppression: number): Promise<{ samples: Int16Array; windows: VoiceWindow[] }> {
  const pieces: Int16Array[] = []
  const windows: VoiceWindow[] = []
  const { promise, resolve, reject } = Promise.withResolvers<{ samples: Int16Array; windows: VoiceWindow[] }>()
  const stream = activity.open({
    inputRateHz: 16_000,
    onHeard(heard) {
      pieces.push(heard.samples)
      windows.push(...heard.windows)
      if (stream.pendingMs > 0) return
      stream.close()
      resolve({ samples: concatSamples(pieces), windows })
    },
    onFailure: reject,
  })
  stream.suppression = suppression
  for (const piece of cut(samples, [480, 37, 960])) stream.write(piece)
  return promise
}

const pauseOf = (samples: Int16Array): Int16Array => samples.subarray(pauseSamples / 2, pauseSamples)
const dbBetween = (samples: Int16Array, reference: Int16Array): number =>
  20 * Math.log10(rmsOf(samples) / rmsOf(reference))

describe('Noise reduction', () => {
  it.each(Object.entries(noises))('takes %s out of pauses and from under the speech', async (_, makeNoise) => {
    for (const db of [15, 10, 5]) {
      const before = noisy(makeNoise, db)
      const after = await reduced(before, 1)
      expect(dbBetween(pauseOf(after), pauseOf(before))).toBeLessThan(-20)
      expect(likenessDb(after, speech, delaySamples)).toBeGreaterThan(likenessDb(before, speech, 0) + 3)
    }
  })

  it('leaves speech without noise as it is', async () => {
    expect(likenessDb(await reduced(speech, 1), speech, delaySamples)).toBeGreaterThan(25)
  })

  it('leaves the part of the noise that it is told to leave', async () => {
    const before = noisy(whiteNoise, 10)
    const after = await reduced(before, 0.75)
    expect(dbBetween(pauseOf(after), pauseOf(before))).toBeCloseTo(-12, 0)
  })

  it.each(Object.entries(noises))('lets speech in %s be found no worse', async (_, makeNoise) => {
    const clean = (await hear(speech, 0)).windows.map(({ probability }) => probability > 0.5)
    for (const db of [10, 5, 0]) {
      const samples = noisy(makeNoise, db)
      const [without, withIt] = [await hear(samples, 0), await hear(samples, 1)]
      // What is one window long is also the delay.
      const wrong = (windows: VoiceWindow[], late: number): number =>
        windows.filter(({ probability }, i) => i >= late && probability > 0.5 !== clean[i - late]).length
      expect(wrong(withIt.windows, 1)).toBeLessThanOrEqual(wrong(without.windows, 0) + 1)
    }
  })

  it('is for those streams only that want it', async () => {
    const samples = noisy(whiteNoise, 10)
    const [with1, without] = await Promise.all([hear(samples, 1), hear(samples, 0)])
    expect(firstDifference(without.samples, samples)).toBe(-1)
    expect(firstDifference(with1.samples, await reduced(samples, 1))).toBe(-1)
  })

  it('gives what it took when it is closed', async () => {
    const denoisers = await loadGtcrn()
    const frame = new Int16Array(256).fill(100)
    for (let i = 0; i < 20_000; i += 1) denoisers.open().close() // would be two gigabytes
    const denoiser = denoisers.open()
    expect(denoiser.process(frame)).toHaveLength(256)
  })
})
