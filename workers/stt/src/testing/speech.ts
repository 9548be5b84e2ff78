import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

/** Speech at 16 kHz for tests: recordings of fixtures/speech, and what flite says. */

export interface Recording {
  samples: Int16Array
  text: string
}

export const fixturesDir = fileURLToPath(new URL('../../../../fixtures', import.meta.url))

/** The recordings that fixtures/whisper-mini hears without a mistake, all of them. */
export async function recordings(): Promise<Recording[]> {
  const folder = join(fixturesDir, 'speech')
  const manifest = JSON.parse(await readFile(join(folder, 'manifest.json'), 'utf8')) as { file: string; text: string }[]
  return Promise.all(manifest.map(async ({ file, text }) => ({ samples: await readWav(join(folder, file)), text })))
}

/** `voice`: one that speaks at 16 kHz, which are kal16, slt, rms and awb. */
export async function flite(voice: string, text: string): Promise<Recording> {
  const folder = await mkdtemp(join(tmpdir(), 'voicebox-speech-'))
  try {
    const file = join(folder, 'speech.wav')
    await promisify(execFile)('flite', ['-voice', voice, '-t', text, '-o', file])
    return { samples: await readWav(file), text }
  } finally {
    await rm(folder, { recursive: true })
  }
}

/** The samples of a WAV with the plain header of 44 bytes, which is what those programs and recordings have. */
async function readWav(file: string): Promise<Int16Array> {
  const bytes = new Uint8Array(await readFile(file))
  return new Int16Array(bytes.buffer.slice(44, bytes.length - (bytes.length % 2)))
}
