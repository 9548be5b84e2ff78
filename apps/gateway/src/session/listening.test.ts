import { readFile } from 'node:fs/promises'
import {
  bytesOf,
  codecOf,
  concatSamples,
  makeResamplers,
  openVoiceActivity,
  readWav,
  samplesOf,
  type VoiceActivity,
} from '@voicebox/audio'
import { type AudioFormat, defaultSession, type TurnDetection } from '@voicebox/protocol'
import type { HearingSettings } from '@voicebox/session'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { type Listening, openListening } from './listening.ts'

const wav = new URL('../../../../fixtures/speech/what-time-is-it.wav', import.meta.url)
const detection = defaultSession({ id: 's', model: 'm', expiresAt: 0 }).audio.input.turn_detection
const pcm: AudioFormat = { type: 'audio/pcm', rate: 24_000 }
const g711: AudioFormat[] = [{ type: 'audio/pcmu' }, { type: 'audio/pcma' }]

let voiceActivity: VoiceActivity
let speech: Int16Array
beforeAll(async () => {
  voiceActivity = await openVoiceActivity({ maxStreams: 10 })
  const { sampleRateHz, samples } = readWav(await readFile(wav))
  const spoken = await resampled(samples, sampleRateHz, 24_000)
  speech = concatSamples([new Int16Array(12_000), spoken, new Int16Array(24_000)])
})
afterAll(() => voiceActivity.close())

const hearingBy = (turnDetection: TurnDetection | null, more: Partial<HearingSettings> = {}): HearingSettings => ({
  turnDetection,
  format: pcm,
  noiseReduction: null,
  ...more,
})

async function resampled(samples: Int16Array, fromHz: number, toHz: number): Promise<Int16Array> {
  const resampler = (await makeResamplers()).open({ fromHz, toHz })
  return resampler.process(samples)
}

interface Ears {
  listening: Listening
  said: { kind: string; at: number }[]
  audio: Map<string, (Uint8Array | null)[]>
  heardMs(): number
}

function open(turnDetection: TurnDetection | null, onSpeech: (ears: Ears) => void = () => {}): Ears {
  let heardMs = 0
  const ears: Ears = {
    said: [],
    audio: new Map(),
    heardMs: () => heardMs,
    listening: openListening({
      voiceActivity,
      hearing: hearingBy(turnDetection),
      keptSilenceMs: 10_000,
      onInput(input) {
        if (input.kind === 'audio_heard') {
          heardMs += input.ms
          return
        }
        ears.said.push({ kind: input.kind, at: heardMs })
        if (input.kind === 'speech_started') onSpeech(ears)
      },
      onAudio(itemId, _, pcm) {
        ears.audio.set(itemId, [...(ears.audio.get(itemId) ?? []), pcm])
      },
      onPause: () => {},
      onDrop: (itemId) => ears.audio.delete(itemId),
      onFailure: (error) => {
        throw error
      },
    }),
  }
  return ears
}

function append(listening: Listening, samples: Int16Array, format: AudioFormat = pcm): void {
  listening.append(codecOf(format).encode(samples), 1, (refusal) => expect.fail(JSON.stringify(refusal)))
}

const heard = (listening: Listening): Promise<void> => new Promise((resolve) => void listening.whenHeard(resolve))

describe('Listening', () => {
  it('finds the turn, and hands on its audio from before it was noticed until it was closed', async () => {
    const ears = open(detection, ({ listening, heardMs }) => {
      listening.perform({ kind: 'open_utterance', itemId: 'one', fromMs: heardMs() - 400 })
    })
    for (let at = 0; at < speech.length; at += 960) append(ears.listening, speech.subarray(at, at + 960))
    await heard(ears.listening)
    expect(ears.said.map(({ kind }) => kind)).toEqual(['speech_started', 'speech_stopped'])
    const startedAt = ears.said[0]?.at ?? 0
    ears.listening.perform({ kind: 'close_utterance', itemId: 'one' })
    const parts = ears.audio.get('one') ?? []
    expect(parts.at(-1)).toBeNull()
    const samples = concatSamples(parts.flatMap((part) => (part === null ? [] : [samplesOf(part)])))
    expect(samples.length / 16).toBeCloseTo(ears.heardMs() - (startedAt - 400), 0)
    for (const part of parts.slice(0, -2))
      expect(part?.byteLength).toBeGreaterThanOrEqual(bytesOf(new Int16Array(1_600)).length)
    ears.listening.close()
  })

  it('wants audio again that it was given and has not heard, even where none comes any more', async () => {
    const { listening } = open(detection)
    const place = () => listening.place({ unsafe: 0, nextEvent: 3, hasStopped: true })
    for (const event of [1, 2]) listening.append(new Uint8Array(1_920), event, () => {})
    expect(place().from).toEqual({ event: 1, sample: 0 })
    await heard(listening)
    expect(place().from).toEqual({ event: 3, sample: 1_280 })
    listening.close()
  })

  it('runs what waits for audio at exactly the sample where it was asked', async () => {
    const ears = open(null)
    const at: number[] = []
    const pieces = [100, 0, 37, 250, 1_000]
    for (const ms of pieces) {
      if (ms > 0) append(ears.listening, new Int16Array(ms * 24))
      ears.listening.whenHeard(() => at.push(ears.heardMs()))
    }
    await heard(ears.listening)
    expect(at).toEqual([100, 100, 137, 387, 1_387])
    ears.listening.close()
  })

  it('runs at once what has nothing to wait for', () => {
    const ears = open(null)
    let isRun = false
    ears.listening.whenHeard(() => (isRun = true))
    expect(isRun).toBe(true)
    ears.listening.close()
  })

  it('lets only so much wait for the audio before it, or one frame of any size', async () => {
    const { listening } = open(null)
    listening.append(bytesOf(speech), 1, () => {})
    expect(listening.whenHeard(() => {}, { size: 60 << 20 })).toBe(true)
    expect(listening.whenHeard(() => {}, { size: 1 })).toBe(false)
    await vi.waitFor(() => expect(listening.whenHeard(() => {}, { size: 1 })).toBe(true), { timeout: 10_000 })
    listening.close()
  })

  it('keeps the turn in progress when the settings of turn detection change in it', async () => {
    if (detection?.type !== 'server_vad') throw new Error('Turns are found by silence by default')
    const ears = open({ ...detection, silence_duration_ms: 700 }, ({ listening }) => {
      const turnDetection = { ...detection, silence_duration_ms: 701, create_response: false }
      listening.perform({ kind: 'configure_listening', hearing: hearingBy(turnDetection), floorMs: 0 })
    })
    append(ears.listening, speech)
    await heard(ears.listening)
    expect(ears.said.map(({ kind }) => kind)).toEqual(['speech_started', 'speech_stopped'])
    ears.listening.close()
  })

  it('searches audio that came after turn detection was asked for, though it was not switched on yet', async () => {
    const ears = open(null)
    append(ears.listening, new Int16Array(24 * 5_000))
    const switchOn = (): void =>
      ears.listening.perform({
        kind: 'configure_listening',
        hearing: hearingBy(detection),
        floorMs: ears.heardMs(),
      })
    ears.listening.whenHeard(switchOn, { mayChangeHearing: true })
    append(ears.listening, speech)
    await heard(ears.listening)
    expect(ears.said.map(({ kind }) => kind)).toEqual(['speech_started', 'speech_stopped'])
    ears.listening.close()
  })

  it.each(g711)('finds the turn in $type, and at the same place as in pcm', async (format) => {
    const ears = [open(detection), open(detection)] as const
    ears[1].listening.perform({ kind: 'configure_listening', hearing: hearingBy(detection, { format }), floorMs: 0 })
    append(ears[0].listening, speech)
    append(ears[1].listening, await resampled(speech, 24_000, 8_000), format)
    for (const { listening } of ears) await heard(listening)
    expect(ears[1].said.map(({ kind }) => kind)).toEqual(['speech_started', 'speech_stopped'])
    ears[1].said.forEach(({ at }, i) => expect(Math.abs(at - (ears[0].said[i]?.at ?? NaN))).toBeLessThanOrEqual(64))
    for (const { listening } of ears) listening.close()
  })

  it('refuses half a sample, in the words of the format that it will be decoded in', async () => {
    const ears = open(null)
    const refused: string[] = []
    const appendOdd = (name: string): void =>
      ears.listening.append(new Uint8Array(481), 1, (refusal) =>
        refused.push(`${name}: ${refusal.kind === 'malformed' ? refusal.message : refusal.kind}`),
      )
    const changeTo = (format: AudioFormat) => (): void =>
      ears.listening.perform({ kind: 'configure_listening', hearing: hearingBy(null, { format }), floorMs: 0 })
    const change = { mayChangeHearing: true }
    appendOdd('pcm')
    expect(refused).toHaveLength(1)
    append(ears.listening, new Int16Array(2_400))
    ears.listening.whenHeard(changeTo({ type: 'audio/pcmu' }), change)
    appendOdd('pcmu')
    ears.listening.whenHeard(changeTo(pcm), change)
    appendOdd('pcm again')
    await heard(ears.listening)
    const complaint =
      "Invalid 'audio'. Expected base64-encoded audio bytes (mono PCM16 at 24kHz) but got an odd number of bytes (481)."
    expect(refused).toEqual([`pcm: ${complaint}`, `pcm again: ${complaint}`])
    expect(ears.heardMs()).toBeCloseTo(100 + 481 / 8, 6)
    ears.listening.close()
  })

  it('refuses audio, and then everything, when too much waits for a change', async () => {
    const ears = open(null)
    const refused: string[] = []
    append(ears.listening, new Int16Array(2_400))
    expect(ears.listening.whenHeard(() => {}, { mayChangeHearing: true })).toBe(true)
    for (let i = 0; i < 3; i += 1)
      ears.listening.append(new Uint8Array(6 * 2 ** 20), 1, (refusal) =>
        refused.push(refusal.kind === 'failed' ? refusal.failure.code : refusal.message),
      )
    expect(refused).toEqual(['audio_backlog'])
    let ran = 0
    let taken = 0
    while (ears.listening.whenHeard(() => (ran += 1))) taken += 1
    expect(taken).toBeLessThan(10_000)
    expect(taken).toBeGreaterThan(9_000)
    ears.listening.close()
    expect(ran).toBe(0)
  })

  it('hands on an utterance without its noise, where that is asked for', async () => {
    const ears = open(null)
    const noise = Int16Array.from({ length: 48_000 }, (_, i) => ((i * 7_919) % 4_001) - 2_000)
    const heardAs = async (itemId: string, noiseReduction: HearingSettings['noiseReduction']): Promise<number> => {
      ears.listening.perform({
        kind: 'configure_listening',
        hearing: hearingBy(null, { noiseReduction }),
        floorMs: 0,
      })
      append(ears.listening, noise.slice(0, 24_000)) // until it is known for noise
      await heard(ears.listening)
      ears.listening.perform({ kind: 'open_utterance', itemId, fromMs: ears.heardMs() })
      append(ears.listening, noise)
      await heard(ears.listening)
      ears.listening.perform({ kind: 'close_utterance', itemId })
      const parts = (ears.audio.get(itemId) ?? []).flatMap((part) => (part === null ? [] : [samplesOf(part)]))
      const samples = concatSamples(parts)
      expect(samples).toHaveLength(32_000)
      return Math.sqrt(samples.reduce((sum, sample) => sum + sample ** 2, 0) / samples.length)
    }
    const plain = await heardAs('plain', null)
    const near = await heardAs('near', { type: 'near_field' })
    const far = await heardAs('far', { type: 'far_field' })
    expect(near / plain).toBeCloseTo(0.25, 1)
    expect(far / plain).toBeLessThan(0.05)
    expect((await heardAs('plain again', null)) / plain).toBeCloseTo(1, 2)
    ears.listening.close()
  })

  it('does not search for turns in push-to-talk', async () => {
    const ears = open(null)
    append(ears.listening, speech)
    await heard(ears.listening)
    expect(ears.said).toEqual([])
    ears.listening.close()
  })
})
