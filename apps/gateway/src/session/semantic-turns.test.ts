import { readFile } from 'node:fs/promises'
import { bytesOf, makeResamplers, openVoiceActivity, readWav, samplesOf, type VoiceActivity } from '@voicebox/audio'
import type { SemanticVad } from '@voicebox/protocol'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openListening } from './listening.ts'

const detection: SemanticVad = {
  type: 'semantic_vad',
  eagerness: 'medium',
  create_response: true,
  interrupt_response: true,
}
const rateHz = 24_000
const leadMs = 500
const itemId = 'item_1'

let voiceActivity: VoiceActivity
let half: Int16Array
let rest: Int16Array
let question: Int16Array
beforeAll(async () => {
  voiceActivity = await openVoiceActivity({ maxStreams: 10 })
  const weather = await recording('what-is-the-weather-in-london-now')
  ;[half, rest] = [weather.subarray(0, 1_080 * 24), weather.subarray(1_080 * 24)]
  question = await recording('what-time-is-it')
})
afterAll(() => voiceActivity.close())

async function recording(name: string): Promise<Int16Array> {
  const file = new URL(`../../../../fixtures/speech/${name}.wav`, import.meta.url)
  const { sampleRateHz, samples } = readWav(await readFile(file))
  return (await makeResamplers()).open({ fromHz: sampleRateHz, toHz: rateHz }).process(samples)
}

const pauseOf = (ms: number): Int16Array => new Int16Array(ms * 24)
const msOf = (samples: Int16Array): number => samples.length / 24

interface Pause {
  atMs: number
  /** Of the utterance, as it was told. */
  audioMs: number
  /** What was handed on by then. */
  handedOnMs: number
}

interface Heard {
  startMs: number
  /** Where the first turn ended; Infinity where it did not. */
  endMs: number
  pauses: Pause[]
}

/** What a session hears, and the words that it is told in its first turn as soon as it asks: of each pause the next of `texts`. */
async function hear(
  pieces: readonly Int16Array[],
  texts: readonly string[],
  { eagerness = detection.eagerness, wordsOf = itemId } = {},
): Promise<Heard> {
  const heard: Heard = { startMs: 0, endMs: Infinity, pauses: [] }
  let heardMs = 0
  let handedOn = 0
  const listening = openListening({
    voiceActivity,
    hearing: {
      turnDetection: { ...detection, eagerness },
      format: { type: 'audio/pcm', rate: rateHz },
      noiseReduction: null,
    },
    keptSilenceMs: 10_000,
    onInput(input) {
      if (input.kind === 'audio_heard') heardMs += input.ms
      else if (heard.endMs < Infinity) return
      else if (input.kind === 'speech_stopped') heard.endMs = input.endMs
      else {
        heard.startMs = input.startMs
        listening.perform({ kind: 'open_utterance', itemId, fromMs: input.startMs })
      }
    },
    onAudio: (_, __, pcm) => (handedOn += pcm === null ? 0 : samplesOf(pcm).length),
    onPause({ audioMs }) {
      if (heard.endMs < Infinity) return
      const text = texts[heard.pauses.length]
      heard.pauses.push({ atMs: heardMs, audioMs, handedOnMs: handedOn / 16 })
      if (text !== undefined) listening.heardWords({ itemId: wordsOf, text, audioMs, language: 'en' })
    },
    onDrop: () => {},
    onFailure: (error) => expect.fail(error.message),
  })
  for (const piece of [pauseOf(leadMs), ...pieces]) listening.append(bytesOf(piece), 1, () => expect.fail('refused'))
  await new Promise<void>((resolve) => void listening.whenHeard(resolve))
  listening.close()
  return heard
}

describe('A turn that ends by what was said', () => {
  it('goes on through a pause of a second after half a sentence', async () => {
    const pieces = [half, pauseOf(1_000), rest, pauseOf(3_000)]
    const { endMs, pauses } = await hear(pieces, ['what is the weather in', 'what is the weather in london now'])
    expect(pauses).toHaveLength(2)
    const spokenMs = leadMs + msOf(half) + 1_000 + msOf(rest)
    expect(endMs).toBeGreaterThan(spokenMs)
    expect(endMs).toBeLessThan(spokenMs + 1_000)
  })

  it('ends in the same pause after a whole sentence', async () => {
    const { endMs } = await hear([question, pauseOf(1_000), rest, pauseOf(3_000)], ['what time is it'])
    expect(endMs).toBeLessThan(leadMs + msOf(question) + 1_000)
  })

  it('ends after the same words the later, the less eager it shall be', async () => {
    const ends = []
    for (const eagerness of ['high', 'medium', 'low'] as const)
      ends.push((await hear([question, pauseOf(2_000)], ['what time is it'], { eagerness })).endMs)
    expect(ends).toEqual(ends.toSorted((a, b) => a - b))
    expect(new Set(ends).size).toBe(3)
  })

  it('ends at the longest wait after half a sentence, and at a middle one where no words come', async () => {
    const unfinished = await hear([half, pauseOf(5_000)], ['what is the weather in'])
    const unknown = await hear([half, pauseOf(5_000)], [])
    const [pause] = unfinished.pauses as [Pause]
    expect(unfinished.endMs - pause.atMs).toBeCloseTo(4_000 - 200, -2)
    expect(unknown.endMs - pause.atMs).toBeCloseTo(1_200 - 200, -2)
  })

  it('has no use for the words of another utterance', async () => {
    const pieces = [question, pauseOf(5_000)]
    const own = await hear(pieces, ['what time is it'])
    const others = await hear(pieces, ['what time is it'], { wordsOf: 'item_0' })
    expect(others.endMs - own.endMs).toBeCloseTo(1_200 - 500, -2)
  })

  it('has handed on all audio of the utterance up to the pause when it asks for its words', async () => {
    const { startMs, pauses } = await hear([half, pauseOf(1_000), rest, pauseOf(3_000)], ['what is the weather in'])
    for (const { atMs, audioMs, handedOnMs } of pauses) {
      expect(handedOnMs - audioMs).toBeGreaterThanOrEqual(0)
      expect(handedOnMs - audioMs).toBeLessThan(1)
      expect(Math.abs(atMs - startMs - audioMs)).toBeLessThan(1)
    }
  })
})
