import { readFile } from 'node:fs/promises'
import {
  bytesOf,
  concatSamples,
  makeResamplers,
  openVoiceActivity,
  readWav,
  samplesOf,
  type VoiceActivity,
} from '@voicebox/audio'
import { defaultSession, type TurnDetection } from '@voicebox/protocol'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Listening, openListening } from './listening.ts'

const wav = new URL('../../../../fixtures/speech/what-time-is-it.wav', import.meta.url)
const detection = defaultSession({ id: 's', model: 'm', expiresAt: 0 }).audio.input.turn_detection

let voiceActivity: VoiceActivity
let speech: Int16Array
beforeAll(async () => {
  voiceActivity = await openVoiceActivity({ maxStreams: 10 })
  const { sampleRateHz, samples } = readWav(await readFile(wav))
  const resampler = (await makeResamplers()).open({ fromHz: sampleRateHz, toHz: 24_000 })
  speech = concatSamples([
    new Int16Array(12_000),
    resampler.process(samples),
    resampler.flush(),
    new Int16Array(24_000),
  ])
})
afterAll(() => voiceActivity.close())

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
      turnDetection,
      keptSilenceMs: 10_000,
      onInput(input) {
        if (input.kind === 'audio_heard') {
          heardMs += input.ms
          return
        }
        ears.said.push({ kind: input.kind, at: heardMs })
        if (input.kind === 'speech_started') onSpeech(ears)
      },
      onAudio(itemId, pcm) {
        ears.audio.set(itemId, [...(ears.audio.get(itemId) ?? []), pcm])
      },
      onDrop: (itemId) => ears.audio.delete(itemId),
      onFailure: (error) => {
        throw error
      },
    }),
  }
  return ears
}

const heard = (listening: Listening): Promise<void> => new Promise((resolve) => void listening.whenHeard(resolve))

describe('Listening', () => {
  it('finds the turn, and hands on its audio from before it was noticed until it was closed', async () => {
    const ears = open(detection, ({ listening, heardMs }) => {
      listening.perform({ kind: 'open_utterance', itemId: 'one', fromMs: heardMs() - 400 })
    })
    for (let at = 0; at < speech.length; at += 960) ears.listening.append(speech.subarray(at, at + 960))
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

  it('runs what waits for audio at exactly the sample where it was asked', async () => {
    const ears = open(null)
    const at: number[] = []
    const pieces = [100, 0, 37, 250, 1_000]
    for (const ms of pieces) {
      if (ms > 0) ears.listening.append(new Int16Array(ms * 24))
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

  it('keeps the turn in progress when the settings of turn detection change in it', async () => {
    if (detection?.type !== 'server_vad') throw new Error('Turns are found by silence by default')
    const ears = open({ ...detection, silence_duration_ms: 700 }, ({ listening }) => {
      const turnDetection = { ...detection, silence_duration_ms: 701, create_response: false }
      listening.perform({ kind: 'configure_listening', turnDetection, floorMs: 0 })
    })
    ears.listening.append(speech)
    await heard(ears.listening)
    expect(ears.said.map(({ kind }) => kind)).toEqual(['speech_started', 'speech_stopped'])
    ears.listening.close()
  })

  it('searches audio that came after turn detection was asked for, though it was heard before it was switched on', async () => {
    const ears = open(null)
    ears.listening.append(new Int16Array(24 * 5_000))
    ears.listening.expectTurns()
    ears.listening.whenHeard(() => {
      ears.listening.perform({ kind: 'configure_listening', turnDetection: detection, floorMs: ears.heardMs() })
    })
    ears.listening.append(speech)
    await heard(ears.listening)
    expect(ears.said.map(({ kind }) => kind)).toEqual(['speech_started', 'speech_stopped'])
    ears.listening.close()
  })

  it('does not search for turns in push-to-talk', async () => {
    const ears = open(null)
    ears.listening.append(speech)
    await heard(ears.listening)
    expect(ears.said).toEqual([])
    ears.listening.close()
  })
})
