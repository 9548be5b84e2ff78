import { samplesOf } from '@voicebox/audio'
import type { SpeechSynthesizer } from '@voicebox/engines'
import { makeSynthesizer } from '../make-synthesizer.ts'
import { requireProgram } from '../program/find-program.ts'
import { makePrograms } from '../program/programs.ts'
import { paceOptions } from './pace.ts'
import { espeakVoice, listVoices } from './voices.ts'

export interface EspeakOptions {
  searchPath: string
  maxProcesses: number
}

/** Speaks a hundred languages with the Debian program `espeak-ng`, which streams: a process for each call. */
export async function openEspeak({ searchPath, maxProcesses }: EspeakOptions): Promise<SpeechSynthesizer> {
  const path = await requireProgram('espeak-ng', searchPath)
  const voices = await listVoices(path)
  const programs = makePrograms(path, maxProcesses)
  return makeSynthesizer({
    name: 'espeak-ng',
    sampleRateHz: 22_050,
    async *speak({ text, voice, language, speed, signal }) {
      const options = ['-v', espeakVoice(voices, voice, language), ...paceOptions(speed)]
      const args = ['-b', '1', ...options, '--stdin', '--stdout'] // -b 1: the text is UTF-8
      const { output, ended } = await programs.start({ args, input: withoutPhonemes(text), signal })
      yield* samplesOfWav(output)
      await ended
    },
    close: () => programs.close(),
  })
}

/** Text between double brackets would be read as phonemes. */
function withoutPhonemes(text: string): string {
  return text.replace(/\[(?=\[)/g, '[ ')
}

/** Reads a WAV whose header was written before its length was known. */
async function* samplesOfWav(output: AsyncIterable<Uint8Array>): AsyncGenerator<Int16Array, void, undefined> {
  let headerLeft = 44
  let odd = new Uint8Array(0)
  for await (const bytes of output) {
    const header = Math.min(headerLeft, bytes.length)
    headerLeft -= header
    const joined = new Uint8Array(odd.length + bytes.length - header)
    joined.set(odd)
    joined.set(bytes.subarray(header), odd.length)
    const end = joined.length - (joined.length % 2)
    odd = joined.slice(end)
    if (end > 0) yield samplesOf(joined.subarray(0, end))
  }
}
