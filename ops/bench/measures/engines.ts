import { readFile } from 'node:fs/promises'
import { availableParallelism, tmpdir } from 'node:os'
import { fileURLToPath } from 'node:url'
import { makeResamplers, readWav } from '@voicebox/audio'
import { loadConfig } from '@voicebox/config'
import { type SpeechRecognizer, type SpeechSynthesizer, sttEngines, ttsEngines } from '@voicebox/engines'
import { Failure, sleep } from '@voicebox/kernel'
import {
  engineSettings as recognizerSettings,
  openEngine as openRecognizer,
} from '../../../workers/stt/src/open-engine.ts'
import {
  engineSettings as synthesizerSettings,
  openEngine as openSynthesizer,
} from '../../../workers/tts/src/engines/open-engine.ts'
import type { Bench } from '../measure.ts'
import { type Cell, type Table, percentile } from '../table.ts'

const fixtures = new URL('../../../fixtures/', import.meta.url)
const sentences = ['what-time-is-it', 'what-is-my-account-balance', 'i-need-help-with-my-account']
const text = 'Your order has left the warehouse, and will be with you on Friday.'
const rounds = 5
const never = new AbortController().signal
const frameSamples = 640

/** How fast each engine is that is installed: as a part of real time, and until its first result. */
export async function measureEngines({ say }: Bench): Promise<readonly Table[]> {
  const recognized: Cell[][] = []
  for (const name of Object.keys(sttEngines) as (keyof typeof sttEngines)[]) {
    if (name === 'stub') continue
    say(`engines: ${name}`)
    const { config } = loadConfig(process.env, recognizerSettings)
    const open = (settings: typeof config): Promise<SpeechRecognizer> =>
      openRecognizer(name, settings, process.env['PATH']).then(({ recognizer }) => recognizer)
    const installed = await ifThere(() => open(config))
    if (installed !== null) recognized.push([name, ...(await recognize(installed))])
    else if (name === 'whisper') {
      const mini = {
        ...config,
        modelsDir: fileURLToPath(fixtures),
        whisperModel: 'whisper-mini',
        whisperDtype: 'fp16' as const,
      }
      recognized.push(['whisper, on the tests’ model of a million parameters', ...(await recognize(await open(mini)))])
    } else recognized.push([`${name} (not installed)`, null, null, null])
  }
  const spoken: Cell[][] = []
  for (const name of ttsEngines) {
    if (name === 'stub') continue
    say(`engines: ${name}`)
    const { config } = loadConfig(process.env, synthesizerSettings)
    const machine = { searchPath: process.env['PATH'] ?? '', tempDir: tmpdir(), cores: availableParallelism() }
    const installed = await ifThere(() => openSynthesizer(name, config, machine))
    spoken.push(
      installed === null
        ? [`${name} (not installed)`, null, null]
        : [name, ...(await synthesize(installed.synthesizer))],
    )
  }
  return [
    {
      title: 'Speech to text',
      columns: ['engine', 'real-time factor', 'after the end of speech p50, ms', 'after the end of speech, most, ms'],
      rows: recognized,
      notes: [
        `${sentences.length} recorded sentences, ${rounds} times: all at once for the factor, and as they are spoken for the time after their end.`,
      ],
    },
    {
      title: 'Text to speech',
      columns: ['engine', 'real-time factor', 'first audio p50, ms'],
      rows: spoken,
      notes: [`“${text}”, ${rounds} times, after one that does not count.`],
    },
  ]
}

/** Null: the machine does not have what it needs. */
async function ifThere<T>(open: () => Promise<T>): Promise<T | null> {
  try {
    return await open()
  } catch (error) {
    if (error instanceof Failure) return null
    throw error
  }
}

async function recognize(recognizer: SpeechRecognizer): Promise<Cell[]> {
  const speech = await Promise.all(sentences.map(load))
  const seconds = speech.reduce((sum, { length }) => sum + length / 16_000, 0)
  let takenMs = 0
  const afterMs: number[] = []
  for (let round = -1; round < rounds; round += 1) {
    for (const samples of speech) {
      const fromMs = performance.now()
      for await (const heard of recognizer.recognize({ audio: frames(samples, 0), signal: never })) void heard
      if (round >= 0) takenMs += performance.now() - fromMs
    }
  }
  for (const samples of speech) {
    let endedAtMs = 0
    const onEnd = (): void => void (endedAtMs = performance.now())
    for await (const heard of recognizer.recognize({ audio: frames(samples, 40, onEnd), signal: never })) void heard
    afterMs.push(performance.now() - endedAtMs)
  }
  await recognizer.close()
  return [takenMs / 1_000 / (seconds * rounds), percentile(afterMs, 0.5), percentile(afterMs, 1)]
}

async function* frames(samples: Int16Array, everyMs: number, onEnd = (): void => {}): AsyncGenerator<Int16Array> {
  const fromMs = performance.now()
  for (let at = 0; at < samples.length; at += frameSamples) {
    const dueMs = fromMs + (at / frameSamples + 1) * everyMs - performance.now()
    if (dueMs > 0) await sleep(dueMs)
    yield samples.subarray(at, at + frameSamples)
  }
  onEnd()
}

async function synthesize(synthesizer: SpeechSynthesizer): Promise<Cell[]> {
  const firstMs: number[] = []
  let [takenMs, samples] = [0, 0]
  for (let round = -1; round < rounds; round += 1) {
    const fromMs = performance.now()
    let isFirst = true
    for await (const chunk of synthesizer.synthesize({ text, voice: 'alloy', speed: 1, signal: never })) {
      if (round < 0) continue
      if (isFirst) firstMs.push(performance.now() - fromMs)
      isFirst = false
      samples += chunk.length
    }
    if (round >= 0) takenMs += performance.now() - fromMs
  }
  const rateHz = synthesizer.sampleRateHz
  await synthesizer.close()
  return [takenMs / 1_000 / (samples / rateHz), percentile(firstMs, 0.5)]
}

async function load(name: string): Promise<Int16Array> {
  const { sampleRateHz, samples } = readWav(await readFile(new URL(`speech/${name}.wav`, fixtures)))
  const resamplers = await makeResamplers()
  const resampler = resamplers.open({ fromHz: sampleRateHz, toHz: 16_000 })
  return resampler.process(samples).slice()
}
