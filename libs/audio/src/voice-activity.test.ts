import { createRequire } from 'node:module'
import type { Worker } from 'node:worker_threads'
import { toFailure } from '@voicebox/kernel'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { type EndpointVerdict, makeEndpointer } from './endpointing.ts'
import type { Heard, InputRateHz } from './heard.ts'
import { concatSamples } from './pcm16.ts'
import { cut, firstDifference, sine, whiteNoise } from './testing/signals.ts'
import { espeak, flite, inNoise, recording, resampled } from './testing/speech.ts'
import { type VoiceActivity, openVoiceActivity } from './voice-activity.ts'

const maxStreams = 40
const threads: Worker[] = []
const keepThread = (thread: Worker): number => threads.push(thread)
let activity: VoiceActivity

beforeAll(async () => {
  process.on('worker', keepThread)
  activity = await openVoiceActivity({ maxStreams })
})
afterEach(() => expect(activity.streams).toBe(0))
afterAll(async () => {
  process.off('worker', keepThread)
  await activity.close()
})

interface Listening {
  heard: Heard[]
  samples: Int16Array
  windows: Heard['windows']
}

/** Writes everything, waits until everything is heard, and closes. */
function hear(chunks: Int16Array[], options: { inputRateHz?: InputRateHz; detect?: boolean } = {}): Promise<Listening> {
  const { inputRateHz = 16_000, detect = true } = options
  const heard: Heard[] = []
  const { promise, resolve, reject } = Promise.withResolvers<Listening>()
  const stream = activity.open({
    inputRateHz,
    onHeard(piece) {
      heard.push(piece)
      if (stream.pendingMs > 0) return
      stream.close()
      const samples = concatSamples(heard.map((each) => each.samples))
      resolve({ heard, samples, windows: heard.flatMap((each) => each.windows) })
    },
    onFailure: reject,
  })
  stream.detect = detect
  for (const chunk of chunks) stream.write(chunk)
  return promise
}

async function verdictsOn(samples: Int16Array): Promise<EndpointVerdict[]> {
  const endpointer = makeEndpointer({ threshold: 0.5, prefixPaddingMs: 0, silenceDurationMs: 500 })
  let state = endpointer.initial
  return (await hear(cut(samples, [320]))).windows.flatMap((window) => {
    const [next, verdict] = endpointer.listen(state, window)
    state = next
    return verdict ?? []
  })
}

describe('Voice activity detection', () => {
  it.each([
    ['flite slt', () => flite('slt', 'I would like to book an appointment')],
    ['flite kal16', () => flite('kal16', 'Hello, can you help me with my order?')],
    ['flite rms', () => flite('rms', 'The weather in Paris is fine today')],
    ['espeak-ng', () => espeak('Please cancel the alarm in my kitchen')],
    ['a recording', () => recording('what-time-is-it')],
    ['another recording', () => recording('goodbye-mary')],
  ])('finds where the speech of %s begins and ends in noise of 20 dB less', async (_, speak) => {
    const { samples, startSample, endSample } = inNoise(await speak())
    const verdicts = await verdictsOn(samples)
    expect(verdicts.map(({ kind }) => kind)).toEqual(['speech_started', 'speech_stopped'])
    const [started, stopped] = verdicts
    if (started?.kind !== 'speech_started' || stopped?.kind !== 'speech_stopped') throw new Error('impossible')
    expect(Math.abs(started.startSample - startSample) / 16).toBeLessThanOrEqual(150)
    expect(Math.abs(stopped.endSample - 500 * 16 - endSample) / 16).toBeLessThanOrEqual(200)
  })

  it('hears no speech in silence, noise and tones', async () => {
    for (const samples of [
      new Int16Array(80_000),
      whiteNoise(80_000, 300),
      whiteNoise(80_000, 5_000),
      sine(440, 16_000, 80_000),
    ]) {
      expect(await verdictsOn(samples)).toEqual([])
    }
  })

  it.each([24_000, 16_000, 8_000] as const)(
    'gives back a whole stream of %i Hz, resampled, whatever the writes are',
    async (inputRateHz) => {
      const speech = await resampled(await recording('goodbye-mary'), 16_000, inputRateHz)
      const expected = await resampled(speech, inputRateHz, 16_000)
      const { samples, windows } = await hear(cut(speech, [1, 480, 7, 3_001, 2, 160]), { inputRateHz })
      expect(firstDifference(samples, expected)).toBe(-1)
      expect(windows.map(({ endSample }) => endSample)).toEqual(
        Array.from({ length: Math.floor(expected.length / 512) }, (_, i) => (i + 1) * 512),
      )
      expect(Math.max(...windows.map(({ probability }) => probability))).toBeGreaterThan(0.9)
    },
  )

  it('gives a window together with its samples, and never samples ahead of the windows they complete', async () => {
    const { heard } = await hear([await recording('goodbye-mary')])
    let position = 0
    let windowed = 0
    for (const { samples, windows } of heard) {
      position += samples.length
      windowed = windows.at(-1)?.endSample ?? windowed
      expect(windowed).toBe(position - (position % 512))
    }
    expect(heard.length).toBeGreaterThan(10)
  })

  it('does not look at the array after the write', async () => {
    const noise = whiteNoise(1_600, 1_000)
    const reused = noise.slice()
    const listening = hear([reused])
    reused.fill(0)
    expect(firstDifference((await listening).samples, noise)).toBe(-1)
  })

  it('judges a stream the same alone and among twenty others', async () => {
    const speech = await flite('slt', 'Hello, can you tell me what time the store opens tomorrow?')
    const { samples } = inNoise(speech)
    const alone = await hear(cut(samples, [320]))
    const others = Array.from({ length: 20 }, (_, i) =>
      hear(cut(whiteNoise(samples.length + 37 * i, 3_000, i + 2), [333 + i])),
    )
    const [among, twin] = await Promise.all([hear(cut(samples, [320])), hear(cut(samples, [477])), ...others])
    expect(among.windows).toHaveLength(alone.windows.length)
    alone.windows.forEach(({ probability, endSample }, i) => {
      for (const { windows } of [among, twin]) {
        expect(windows[i]?.endSample).toBe(endSample)
        expect(Math.abs((windows[i]?.probability ?? NaN) - probability)).toBeLessThan(1e-4)
      }
    })
    expect(alone.windows.filter(({ probability }) => probability > 0.9).length).toBeGreaterThan(30)
  })

  it('hears the quiet of a patient stream late and together, and all of it at once when somebody speaks or waits', async () => {
    const heard: number[] = []
    const stream = activity.open({
      inputRateHz: 16_000,
      onHeard: ({ samples }) => void heard.push(samples.length),
      onFailure: (error) => expect.fail(error.message),
    })
    const waitUntilHeard = async (): Promise<number> => {
      const fromMs = performance.now()
      while (stream.pendingMs > 0) await new Promise((resolve) => setTimeout(resolve, 1))
      return performance.now() - fromMs
    }
    const quiet = whiteNoise(640, 20)
    stream.isPatient = true
    for (let at = 0; at < 5; at += 1) stream.write(quiet)
    expect(await waitUntilHeard()).toBeGreaterThan(150)
    expect(activity.laggingBy(0)).toBe(0)

    stream.write(quiet)
    expect(activity.laggingBy(0)).toBe(0) // it waits because it may
    stream.write(whiteNoise(640, 3_000))
    expect(activity.laggingBy(0)).toBe(1)
    await waitUntilHeard()
    stream.write(quiet)
    stream.isPatient = false
    expect(activity.laggingBy(0)).toBe(1)
    await waitUntilHeard()
    expect(heard.reduce((sum, length) => sum + length, 0)).toBe(8 * 640)
    stream.close()
  })

  it('serves more streams than fit in one batch', async () => {
    const speech = await recording('goodbye-mary')
    const all = await Promise.all(Array.from({ length: maxStreams }, () => hear(cut(speech, [160]))))
    for (const { samples } of all) expect(firstDifference(samples, speech)).toBe(-1)
    for (const { windows } of all) expect(windows).toHaveLength(Math.floor(speech.length / 512))
  })

  it('gives the samples without windows while detection is off, and positions stay true when it is on again', async () => {
    const speech = await recording('goodbye-mary')
    const unheard = await hear(cut(speech, [240]), { detect: false })
    expect(firstDifference(unheard.samples, speech)).toBe(-1)
    expect(unheard.windows).toEqual([])

    const heard: Heard[] = []
    const { promise, resolve } = Promise.withResolvers<void>()
    const onHeard = (piece: Heard): void => void (heard.push(piece), stream.pendingMs === 0 && resolve())
    const stream = activity.open({ inputRateHz: 16_000, onHeard, onFailure: () => undefined })
    stream.write(speech.subarray(0, 1_000))
    stream.detect = false
    stream.write(speech.subarray(1_000, 5_000))
    stream.detect = true
    stream.write(speech.subarray(5_000, 7_000))
    await promise
    stream.close()
    expect(firstDifference(concatSamples(heard.map(({ samples }) => samples)), speech.slice(0, 7_000))).toBe(-1)
    expect(heard.flatMap(({ windows }) => windows.map(({ endSample }) => endSample))).toEqual([
      512, 5_512, 6_024, 6_536,
    ])
  })

  it('goes on without gap or overlap when the rate changes in the middle', async () => {
    const speech = await recording('goodbye-mary')
    const runs = [
      { inputRateHz: 24_000, samples: (await resampled(speech, 16_000, 24_000)).subarray(0, 30_001) },
      { inputRateHz: 8_000, samples: (await resampled(speech, 16_000, 8_000)).subarray(0, 7_003) },
      { inputRateHz: 24_000, samples: whiteNoise(1_000, 3_000) },
      { inputRateHz: 16_000, samples: speech },
    ] as const
    const heard: Heard[] = []
    const { promise, resolve } = Promise.withResolvers<void>()
    const stream = activity.open({
      inputRateHz: 8_000,
      onHeard: (piece) => void (heard.push(piece), stream.pendingMs === 0 && resolve()),
      onFailure: () => undefined,
    })
    const expected: Int16Array[] = []
    for (const { inputRateHz, samples } of runs) {
      stream.inputRateHz = inputRateHz
      for (const chunk of cut(samples, [999, 1, 240])) stream.write(chunk)
      expected.push(await resampled(samples, inputRateHz, 16_000))
      expect(stream.endSample).toBe(concatSamples(expected).length)
    }
    await promise
    stream.close()
    const whole = concatSamples(expected)
    expect(firstDifference(concatSamples(heard.map(({ samples }) => samples)), whole)).toBe(-1)
    expect(heard.flatMap(({ windows }) => windows.map(({ endSample }) => endSample))).toEqual(
      Array.from({ length: Math.floor(whole.length / 512) }, (_, i) => (i + 1) * 512),
    )
  })

  it('says how much is pending until everything is heard', async () => {
    const { promise, resolve } = Promise.withResolvers<void>()
    const stream = activity.open({
      inputRateHz: 24_000,
      onHeard: () => stream.pendingMs === 0 && resolve(),
      onFailure: () => undefined,
    })
    expect(stream.pendingMs).toBe(0)
    stream.write(new Int16Array(12_001))
    expect(stream.pendingMs).toBeCloseTo(500.04, 1)
    await promise
    stream.close()
  })

  it('is deaf and silent on a closed stream', async () => {
    const speech = await recording('goodbye-mary')
    let calls = 0
    const stream = activity.open({ inputRateHz: 16_000, onHeard: () => (calls += 1), onFailure: () => (calls += 1) })
    stream.write(speech)
    stream.close()
    stream.write(speech)
    await hear([speech]) // all that was sent before has been answered now
    expect(calls).toBe(0)
    expect(stream.pendingMs).toBe(0)
  })

  it('refuses more streams than it was opened for', () => {
    const open = (): ReturnType<VoiceActivity['open']> =>
      activity.open({ inputRateHz: 16_000, onHeard: () => undefined, onFailure: () => undefined })
    const streams = Array.from({ length: maxStreams }, open)
    expect(open).toThrow(expect.objectContaining({ kind: 'capacity' }))
    for (const stream of streams) stream.close()
    open().close()
  })

  it('fails only the stream whose listener throws', async () => {
    const failed = Promise.withResolvers<Error>()
    const broken = activity.open({
      inputRateHz: 16_000,
      onHeard() {
        throw new Error('listener')
      },
      onFailure: failed.resolve,
    })
    broken.write(new Int16Array(512))
    const other = await hear([new Int16Array(512)])
    expect(other.samples).toHaveLength(512)
    expect((await failed.promise).message).toBe('listener')
  })

  it('infers in one thread of its own: the model is not even loaded in this one', async () => {
    await hear([await recording('goodbye-mary')])
    expect(threads).toHaveLength(1)
    expect(threads[0]?.threadId).toBeGreaterThan(0)
    const loadedHere = Object.keys(createRequire(import.meta.url).cache)
    expect(loadedHere.filter((file) => file.includes('speex-resampler'))).not.toEqual([]) // that is how it would show
    expect(loadedHere.filter((file) => file.includes('onnxruntime'))).toEqual([])
  })

  it.each([
    // In the middle of work it cannot be terminated: that would take the process with it.
    { when: 'is terminated', pending: 0, kill: (thread: Worker) => void thread.terminate() },
    { when: 'fails in the middle of work', pending: 160_000, kill: (thread: Worker) => thread.postMessage(null) },
  ])('tells every stream when the thread $when, and goes on in a new thread', async ({ pending, kill }) => {
    const failures = Array.from({ length: 3 }, () => {
      const { promise, resolve } = Promise.withResolvers<Error>()
      const stream = activity.open({ inputRateHz: 16_000, onHeard: () => undefined, onFailure: resolve })
      stream.write(whiteNoise(pending, 1_000))
      return promise
    })
    await hear([new Int16Array(512)])
    const threadCount = threads.length
    kill(threads.at(-1) ?? expect.fail('There is no thread'))
    for (const failure of await Promise.all(failures)) {
      expect(failure).toMatchObject({ name: 'Failure', kind: 'engine', code: 'voice_activity_lost', retryable: true })
    }
    expect(activity.streams).toBe(0)
    const speech = await recording('goodbye-mary')
    expect(firstDifference((await hear([speech])).samples, speech)).toBe(-1)
    expect(threads).toHaveLength(threadCount + 1)
  })

  it('cannot be opened without its model', async () => {
    const opening = openVoiceActivity({ modelFile: '/nowhere/silero.onnx', maxStreams: 1 })
    const failure = await opening.then(() => expect.fail('It opened'), toFailure)
    expect(failure.kind).toBe('engine')
    expect(String(failure.cause)).toContain('/nowhere')
  })

  it('ends its thread when it is closed, also in the middle of work', async () => {
    const own = await openVoiceActivity({ maxStreams: 1 })
    const thread = threads.at(-1)
    const stream = own.open({ inputRateHz: 16_000, onHeard: () => undefined, onFailure: () => undefined })
    stream.write(whiteNoise(1_600_000, 1_000))
    await new Promise(setImmediate)
    await own.close()
    await own.close()
    expect(thread?.threadId).toBe(-1)
    expect(() => own.open({ inputRateHz: 16_000, onHeard: () => undefined, onFailure: () => undefined })).toThrow(
      'closed',
    )
  })
})
