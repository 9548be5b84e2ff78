import { concatSamples, makePatientEndpointer, openVoiceActivity, type VoiceActivity } from '@voicebox/audio'
import type { SpeechRecognizer } from '@voicebox/engines'
import { judgeCompleteness, longestSilenceMs, silenceMs } from '@voicebox/turns'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openPocketsphinx } from './engines/pocketsphinx/pocketsphinx.ts'
import { openWhisper } from './engines/whisper/whisper.ts'
import { fixturesDir, recordings } from './testing/speech.ts'

const eagerness = 'medium'
const endpointer = makePatientEndpointer({
  threshold: 0.5,
  prefixPaddingMs: 300,
  noticeMs: 200,
  silenceMs: silenceMs(eagerness, 'unknown'),
  longestSilenceMs: longestSilenceMs(eagerness),
})

describe.each([
  ['Whisper', () => openWhisper({ ...mini, device: 'cpu', threads: 1 }), 1_040],
  ['pocketsphinx', () => openPocketsphinx({ env: process.env }), 1_110],
] as const)('With the words that %s hears in real speech', (_, open, halfMs) => {
  let voiceActivity: VoiceActivity
  let recognizer: SpeechRecognizer
  let said: Map<string, Int16Array>
  beforeAll(async () => {
    voiceActivity = await openVoiceActivity({ maxStreams: 2 })
    recognizer = await open()
    said = new Map((await recordings()).map(({ text, samples }) => [text, samples]))
  })
  afterAll(async () => {
    await recognizer.close()
    await voiceActivity.close()
  })

  it('a pause of a second does not end a turn that stopped at half a sentence', async () => {
    const whole = said.get('what is the weather in london now') ?? new Int16Array(0)
    const [half, rest] = [whole.subarray(0, halfMs * 16), whole.subarray(halfMs * 16)]
    const turn = await hear([half, pauseOf(1_000), rest, pauseOf(5_000)])
    expect(turn.words[0]).toBe('what is the weather in')
    expect(turn.endMs).toBeGreaterThan(startMs + halfMs + 1_000 + rest.length / 16)
  })

  it('the same pause ends a turn after a whole one', async () => {
    const whole = said.get('what time is it') ?? new Int16Array(0)
    const more = said.get('goodbye mary') ?? new Int16Array(0)
    const turn = await hear([whole, pauseOf(1_000), more, pauseOf(5_000)])
    expect(turn.words).toEqual(['what time is it'])
    expect(turn.endMs).toBeLessThan(startMs + whole.length / 16 + 1_000)
  })

  /** Where the first turn ends, and the words at each pause in it, each known as soon as it was asked for. */
  async function hear(pieces: readonly Int16Array[]): Promise<{ endMs: number; words: string[] }> {
    const samples = concatSamples([pauseOf(startMs), ...pieces])
    const words: string[] = []
    let state = endpointer.initial
    let startSample = 0
    for (const window of await windowsOf(samples)) {
      const [next, verdict] = endpointer.listen(state, window)
      state = next
      if (verdict?.kind === 'speech_started') startSample = verdict.startSample
      if (verdict?.kind === 'speech_stopped') return { endMs: verdict.endSample / 16, words }
      if (verdict?.kind !== 'pause_noticed') continue
      const text = await textOf(samples.slice(startSample, verdict.atSample))
      words.push(text)
      const patience = silenceMs(eagerness, judgeCompleteness(text, 'en'))
      state = endpointer.hearWords(state, { silenceMs: patience, untilSample: verdict.atSample })
    }
    throw new Error('The turn did not end')
  }

  async function windowsOf(samples: Int16Array): Promise<{ endSample: number; probability: number }[]> {
    const windows: { endSample: number; probability: number }[] = []
    await new Promise<void>((resolve, reject) => {
      const stream = voiceActivity.open({
        inputRateHz: 16_000,
        onHeard(heard) {
          windows.push(...heard.windows)
          if (stream.pendingMs === 0) resolve(stream.close())
        },
        onFailure: reject,
      })
      stream.write(samples)
    })
    return windows
  }

  async function textOf(samples: Int16Array): Promise<string> {
    const audio = once(samples)
    const recognitions = recognizer.recognize({ audio, language: 'en', signal: new AbortController().signal })
    return (await Array.fromAsync(recognitions)).at(-1)?.text ?? ''
  }
})

const mini = { modelsDir: fixturesDir, model: 'whisper-mini', dtype: 'fp16' } as const
const startMs = 500
const pauseOf = (ms: number): Int16Array => new Int16Array(ms * 16)

async function* once(samples: Int16Array): AsyncGenerator<Int16Array, void, undefined> {
  await Promise.resolve()
  yield samples
}
