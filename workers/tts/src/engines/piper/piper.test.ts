import { rm, writeFile } from 'node:fs/promises'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import {
  piperIds,
  piperLengthScale,
  piperSampleRateHz,
  piperSpeakerHz,
  piperTokenSamples,
  writePiperFixture,
} from '../../testing/piper-fixture.ts'
import { speakAll } from '../../testing/speak-all.ts'
import { type TempFolder, makeTempFolder } from '../../testing/temp-folder.ts'
import { readTokens } from '../../testing/tone.ts'
import { piperFiles } from './piper-files.ts'
import { type PiperOptions, openPiper } from './piper.ts'

const ids = Object.values(piperIds).flat()
const expected = Array.from(`^h_ə_l_ˈ_o_ʊ_ _ð_ˈ_ɛ_ɹ_,_ _m_a_ɪ_ _f_ɹ_ˈ_ɛ_n_d_._$`).flatMap(
  (phoneme) => piperIds[phoneme] ?? [],
)

describe('Piper', () => {
  let temp: TempFolder
  let options: PiperOptions
  beforeEach(async () => {
    temp = await makeTempFolder()
    const searchPath = process.env['PATH'] ?? ''
    options = { modelsDir: temp.path, piperVoice: 'fixture', searchPath, maxProcesses: 1, device: 'cpu', threads: 1 }
  })
  afterEach(() => temp.close())

  const heard = (audio: Int16Array, { speed = 1, shiftHz = 0 } = {}): number[] => {
    const tokenSamples = (piperTokenSamples * piperLengthScale) / speed
    return readTokens(audio, { tokenSamples, sampleRateHz: piperSampleRateHz, tokens: ids, shiftHz })
  }

  it('gives the model the phonemes of the text, at the length that voice and pace ask for', async () => {
    await writePiperFixture(options)
    const { synthesizer, language } = await openPiper(options)
    expect(language).toBe('en')
    expect(synthesizer.sampleRateHz).toBe(piperSampleRateHz)
    for (const speed of [0.5, 1, 1.5]) {
      const audio = await speakAll(synthesizer, { text: 'Hello there, my friend.', speed })
      expect(audio.length).toBe((expected.length * piperTokenSamples * piperLengthScale) / speed)
      expect(heard(audio, { speed })).toEqual(expected)
    }
    await synthesizer.close()
  })

  it("has a speaker for each name of the voice, and spreads OpenAI's names over them", async () => {
    await writePiperFixture(options, { speakers: 3 })
    const { synthesizer } = await openPiper(options)
    const speakers = { first: 0, second: 1, third: 2, alloy: 0, ash: 1, ballad: 2, coral: 0, nobody: 0 }
    for (const [voice, speaker] of Object.entries(speakers)) {
      const audio = await speakAll(synthesizer, { text: 'Hello there, my friend.', voice })
      expect(heard(audio, { shiftHz: speaker * piperSpeakerHz }), voice).toEqual(expected)
    }
    await synthesizer.close()
  })

  it('names the files that are missing', async () => {
    await writePiperFixture(options)
    const { config } = piperFiles(options)
    await rm(config)
    await expect(openPiper(options)).rejects.toMatchObject({
      code: 'model_missing',
      message: expect.stringContaining(config) as string,
    })
  })

  it('refuses a model that is none', async () => {
    await writePiperFixture(options)
    await writeFile(piperFiles(options).model, 'nonsense')
    await expect(openPiper(options)).rejects.toMatchObject({ name: 'Failure', kind: 'engine', retryable: false })
  })
})
