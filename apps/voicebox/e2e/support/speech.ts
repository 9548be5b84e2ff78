import { execFile, spawn } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { bytesOf, concatSamples, makeResamplers, readWav, samplesOf, writeWav } from '@voicebox/audio'
import type { Client } from './client.ts'

const run = promisify(execFile)

/** Lets flite say a sentence; answers 24 kHz samples. */
export async function say(text: string, voice = 'kal16'): Promise<Int16Array> {
  const folder = await mkdtemp(join(tmpdir(), 'voicebox-say-'))
  try {
    const file = join(folder, 'speech.wav')
    await run('flite', ['-voice', voice, '-t', text, '-o', file])
    return await loadSpeech(file)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** Reads a WAV file as 24 kHz samples. */
export async function loadSpeech(file: string): Promise<Int16Array> {
  const { sampleRateHz, samples } = readWav(await readFile(file))
  return resample(samples, sampleRateHz, 24_000)
}

/** What pocketsphinx hears in 24 kHz samples. */
export async function hear(samples: Int16Array): Promise<string> {
  const wav = writeWav({ sampleRateHz: 16_000, samples: await resample(samples, 24_000, 16_000) })
  const child = spawn('sh', ['-c', 'cat | pocketsphinx_continuous -infile /dev/stdin -logfn /dev/null'])
  const parts: Buffer[] = []
  child.stdout.on('data', (part: Buffer) => parts.push(part))
  child.stdin.end(wav)
  await new Promise((resolve) => child.once('close', resolve))
  return Buffer.concat(parts).toString('utf8').replaceAll(/\s+/g, ' ').trim()
}

export function silence(ms: number): Int16Array {
  return new Int16Array(ms * 24)
}

/** Appends audio in frames of 40 ms; `pace` 1 is real time, 0 as fast as it goes. */
export async function speak(client: Client, samples: Int16Array, pace = 0): Promise<void> {
  const frame = 960
  for (let at = 0; at < samples.length; at += frame) {
    client.send(append(samples.subarray(at, at + frame)))
    if (pace > 0) await new Promise((resolve) => setTimeout(resolve, 40 * pace))
  }
}

export function append(samples: Int16Array): { type: 'input_audio_buffer.append'; audio: string } {
  return { type: 'input_audio_buffer.append', audio: Buffer.from(bytesOf(samples)).toString('base64') }
}

/** All audio that came to a client, of one response if named. */
export function answerOf(client: Client, responseId?: string): Int16Array {
  const deltas = client
    .of('response.output_audio.delta')
    .filter((event) => responseId === undefined || event.response_id === responseId)
  return concatSamples(deltas.map((event) => samplesOf(Buffer.from(event.delta, 'base64'))))
}

async function resample(samples: Int16Array, fromHz: number, toHz: number): Promise<Int16Array> {
  const resamplers = await makeResamplers()
  const resampler = resamplers.open({ fromHz, toHz })
  const whole = concatSamples([resampler.process(samples), resampler.flush()])
  resampler.close()
  resamplers.close()
  return whole
}
