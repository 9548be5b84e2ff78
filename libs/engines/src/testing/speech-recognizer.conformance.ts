import { Failure, sleep } from '@voicebox/kernel'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { EngineDescriptor } from '../catalogue.ts'
import type { Recognition, RecognitionRequest, SpeechRecognizer } from '../speech-recognizer.ts'

/** What the suite needs around a recognizer. */
export interface RecognizerUnderTest {
  open(): Promise<SpeechRecognizer>
  /** Two utterances at 16 kHz that the recognizer hears differently, and what exactly it makes of each. */
  utterances: readonly [SpokenText, SpokenText]
  /** Whether it listens at all; one that does not gives its text for silence too. Absent: it does. */
  listens?: boolean
  /** As its descriptor says. Absent: none. */
  interims?: EngineDescriptor['interims']
  /** Whether it says how sure it is when it is asked. */
  givesLogprobs: boolean
}

export interface SpokenText {
  samples: Int16Array
  text: string
}

/** What every `SpeechRecognizer` promises, whatever is behind it. */
export function describeSpeechRecognizer(name: string, prepare: () => Promise<RecognizerUnderTest>): void {
  describe(`${name} as a speech recognizer`, () => {
    let under: RecognizerUnderTest
    let recognizer: SpeechRecognizer
    let first: SpokenText
    let second: SpokenText
    beforeAll(async () => {
      under = await prepare()
      recognizer = await under.open()
      ;[first, second] = under.utterances
    })
    afterAll(() => recognizer.close())

    const hear = async (samples: Int16Array): Promise<string> => finalOf(await recognize({ audio: whole(samples) }))
    const recognize = (request: Partial<RecognitionRequest>): Promise<Recognition[]> =>
      Array.fromAsync(recognizer.recognize({ audio: whole(first.samples), signal: never(), ...request }))
    const silence = (text: string): string => (under.listens === false ? text : '')

    it('gives one final at the end of the utterance, and then ends', async () => {
      const recognitions = await recognize({})
      expect(recognitions.filter(({ kind }) => kind === 'final')).toEqual([{ kind: 'final', text: first.text }])
      expect(recognitions.at(-1)?.kind).toBe('final')
    })

    it('says how sure it is of each piece of its text when it is asked, and only then', async () => {
      const final = (await recognize({ wantsLogprobs: true })).at(-1)
      if (final?.kind !== 'final') throw new Error('The recognition has no final')
      expect(final.text).toBe(first.text)
      expect(final.logprobs !== undefined).toBe(under.givesLogprobs)
      if (final.logprobs === undefined) return
      expect(final.logprobs.map(({ token }) => token).join('')).toBe(final.text)
      for (const { token, logprob } of final.logprobs) {
        expect(token).not.toBe('')
        expect(Number.isFinite(logprob)).toBe(true)
        expect(logprob).toBeLessThanOrEqual(0)
      }
    })

    it('is sure of nothing where it hears nothing', async () => {
      const final = (await recognize({ audio: whole(new Int16Array(rateHz)), wantsLogprobs: true })).at(-1)
      if (under.listens !== false) expect(final?.kind === 'final' && (final.logprobs ?? [])).toEqual([])
    })

    it('takes back nothing of what its descriptor calls settled, and says nothing early where it has no interims', async () => {
      const { interims = 'none' } = under
      const hasSpoken = Promise.withResolvers<void>()
      const early: string[] = []
      let final = ''
      const audio = pausing(first.samples, second.samples, interims === 'none' ? undefined : hasSpoken.promise)
      for await (const { kind, text } of recognizer.recognize({ audio, signal: never() })) {
        hasSpoken.resolve()
        if (kind === 'interim') early.push(text)
        else final = text
      }
      if (interims === 'none') expect(early).toEqual([])
      if (interims !== 'settled') return
      for (const [at, text] of early.entries())
        expect(`${early[at + 1] ?? final} `).toSatisfy((later: string) => later.startsWith(`${text} `))
    })

    it('hears the same in frames that come bit by bit', async () => {
      expect(finalOf(await recognize({ audio: live(first.samples) }))).toBe(first.text)
    })

    it('hears nothing in silence, and says so by an empty final', async () => {
      expect(await hear(new Int16Array(2 * rateHz))).toBe(silence(first.text))
    })

    it('hears nothing in an utterance without audio', async () => {
      expect(await hear(new Int16Array(0))).toBe(silence(first.text))
    })

    it('gives a final for an utterance of 50 ms', async () => {
      const recognitions = await recognize({ audio: whole(first.samples.slice(0, rateHz / 20)) })
      expect(recognitions.filter(({ kind }) => kind === 'final')).toHaveLength(1)
    })

    it('hears speech in a long utterance that is mostly silence', async () => {
      const samples = new Int16Array(40 * rateHz)
      samples.set(second.samples, 25 * rateHz)
      expect(await hear(samples)).toBe(second.text)
    })

    it('keeps utterances apart that come at the same time', async () => {
      const spoken = [first, second, second, first, second]
      const heard = await Promise.all(spoken.map(({ samples }) => hear(samples)))
      expect(heard).toEqual(spoken.map(({ text }) => text))
    })

    it('ends an aborted recognition without a final, and closes its audio', async () => {
      const abort = new AbortController()
      const audio = unending(first.samples)
      const recognition = recognize({ audio, signal: abort.signal })
      await audio.heard
      abort.abort()
      expect((await recognition).filter(({ kind }) => kind === 'final')).toEqual([])
      await audio.closed
    })

    it('gives nothing to a request that was aborted before', async () => {
      expect(await recognize({ signal: AbortSignal.abort() })).toEqual([])
    })

    it('goes on hearing others when one of them is aborted', async () => {
      const abort = new AbortController()
      const aborted = recognize({ audio: thenDo(first.samples, () => abort.abort()), signal: abort.signal })
      const others = await Promise.all([hear(second.samples), hear(first.samples)])
      expect(others).toEqual([second.text, first.text])
      expect((await aborted).filter(({ kind }) => kind === 'final')).toEqual([])
    })

    it('closes its audio when its results are not read to the end', async () => {
      const audio = watched(first.samples)
      for await (const recognition of recognizer.recognize({ audio, signal: never() })) {
        expect(['interim', 'final']).toContain(recognition.kind)
        break
      }
      await audio.closed
    })

    it('passes on what goes wrong with its audio', async () => {
      await expect(recognize({ audio: failing(first.samples) })).rejects.toThrow('The audio is gone')
    })

    it('fails the recognitions in flight when it is closed, which may be done twice', async () => {
      const other = await under.open()
      const audio = unending(first.samples)
      const recognition = Array.fromAsync(other.recognize({ audio, signal: never() }))
      const failed = expect(recognition).rejects.toMatchObject({ name: Failure.name, kind: 'engine' })
      await audio.heard
      await other.close()
      await failed
      await other.close()
    })
  })
}

const rateHz = 16_000
const frameSamples = rateHz / 25

const never = (): AbortSignal => new AbortController().signal

function finalOf(recognitions: readonly Recognition[]): string {
  const last = recognitions.at(-1)
  if (last?.kind !== 'final') throw new Error('The recognition has no final')
  return last.text
}

function framesOf(samples: Int16Array): Int16Array[] {
  const count = Math.ceil(samples.length / frameSamples)
  return Array.from({ length: count }, (_, i) => samples.slice(i * frameSamples, (i + 1) * frameSamples))
}

async function* whole(samples: Int16Array): AsyncGenerator<Int16Array, void, undefined> {
  await Promise.resolve()
  if (samples.length > 0) yield samples
}

/** Four times as fast as it was spoken. */
async function* live(samples: Int16Array): AsyncGenerator<Int16Array, void, undefined> {
  for (const frame of framesOf(samples)) {
    await sleep(10)
    yield frame
  }
}

/** Two utterances in one, with a pause after each; the second begins when it may. */
async function* pausing(
  first: Int16Array,
  second: Int16Array,
  mayGoOn: Promise<void> | undefined,
): AsyncGenerator<Int16Array, void, undefined> {
  yield* whole(first)
  yield new Int16Array(rateHz)
  await mayGoOn
  yield second
  yield new Int16Array(rateHz)
}

async function* thenDo(samples: Int16Array, act: () => void): AsyncGenerator<Int16Array, void, undefined> {
  yield* whole(samples)
  act()
}

async function* failing(samples: Int16Array): AsyncGenerator<Int16Array, void, undefined> {
  yield* whole(samples)
  throw new Error('The audio is gone')
}

interface WatchedAudio extends AsyncIterable<Int16Array> {
  /** Resolves when everything there is was taken. */
  heard: Promise<void>
  /** Resolves when the audio has ended or its reader has closed it. */
  closed: Promise<void>
}

function watched(samples: Int16Array, atEnd?: Promise<void>): WatchedAudio {
  const heard = Promise.withResolvers<void>()
  const closed = Promise.withResolvers<void>()
  const frames = framesOf(samples)
  return {
    heard: heard.promise,
    closed: closed.promise,
    [Symbol.asyncIterator]: () => ({
      async next() {
        const value = frames.shift()
        if (value !== undefined) return { value, done: false }
        heard.resolve()
        await atEnd
        closed.resolve()
        return { value: undefined, done: true }
      },
      return() {
        closed.resolve()
        return Promise.resolve({ value: undefined, done: true })
      },
    }),
  }
}

/** Gives its samples and then waits for ever for more, as an utterance whose speaker goes on. */
const unending = (samples: Int16Array): WatchedAudio => watched(samples, new Promise(() => {}))
