import { readWav } from '@voicebox/audio'
import type { SpeechSynthesizer } from '@voicebox/engines'
import { Failure } from '@voicebox/kernel'
import { splitIntoPieces } from '../../text/pieces.ts'
import { makeSynthesizer } from '../make-synthesizer.ts'
import { requireProgram } from '../program/find-program.ts'
import { makePrograms } from '../program/programs.ts'
import { type VoiceTable, voiceFor } from '../voices.ts'
import { fliteText } from './flite-text.ts'
import { openNamelessFile, readFromStart } from './nameless-file.ts'

export interface FliteOptions {
  searchPath: string
  /** A folder in memory is best. */
  tempDir: string
  maxProcesses: number
}

/** Speaks English with the Debian program `flite`, a process for each piece of text. */
export async function openFlite({ searchPath, tempDir, maxProcesses }: FliteOptions): Promise<SpeechSynthesizer> {
  const programs = makePrograms(await requireProgram('flite', searchPath), maxProcesses)

  /** flite seeks in what it writes, so that it gets a file and no pipe. */
  async function speakPiece(input: string, options: readonly string[], signal: AbortSignal): Promise<Int16Array> {
    const file = await openNamelessFile(tempDir)
    try {
      const args = [...options, '-f', '-', '-o', '/dev/fd/3']
      const { output, ended } = await programs.start({ args, input, signal, file: file.fd })
      output.resume()
      await ended
      return samplesIn(await readFromStart(file))
    } finally {
      await file.close()
    }
  }

  return makeSynthesizer({
    name: 'flite',
    sampleRateHz,
    async *speak({ text, voice, speed, signal }) {
      const options = ['-voice', fliteVoice(voice), '--setf', `duration_stretch=${1 / speed}`]
      for (const piece of splitIntoPieces(fliteText(text))) yield await speakPiece(piece, options, signal)
    },
    close: () => programs.close(),
  })
}

const sampleRateHz = 16_000

const ownVoices = ['slt', 'rms', 'awb', 'kal16'] as const // those that speak at 16 kHz
type FliteVoice = (typeof ownVoices)[number]

const openAi: VoiceTable<FliteVoice> = {
  alloy: 'slt',
  ash: 'rms',
  ballad: 'awb',
  coral: 'slt',
  echo: 'kal16',
  sage: 'slt',
  shimmer: 'slt',
  verse: 'awb',
  marin: 'slt',
  cedar: 'rms',
}

function fliteVoice(name: string): FliteVoice {
  return voiceFor(openAi, name) ?? ownVoices.find((own) => own === name) ?? 'slt'
}

function samplesIn(bytes: Uint8Array): Int16Array {
  const wav = readWav(bytes)
  if (wav.sampleRateHz === sampleRateHz) return wav.samples
  throw new Failure('engine', 'unexpected_rate', `flite spoke at ${wav.sampleRateHz} Hz instead of ${sampleRateHz}`)
}
