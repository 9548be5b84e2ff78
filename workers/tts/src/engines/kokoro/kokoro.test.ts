import { readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { kokoroGain, kokoroTokenSamples, kokoroTokens, writeKokoroFixture } from '../../testing/kokoro-fixture.ts'
import { speakAll } from '../../testing/speak-all.ts'
import { type TempFolder, makeTempFolder } from '../../testing/temp-folder.ts'
import { readTokens } from '../../testing/tone.ts'
import { openAiVoices } from '../voices.ts'
import { type KokoroOptions, openKokoro } from './kokoro.ts'
import { kokoroOpenAiVoices } from './voices.ts'

const text = 'Hello there, my friend.'
const expected = Array.from('$həlˈoʊ ðˈɛɹ, maɪ fɹˈɛnd.$', (character) => kokoroTokens[character])

describe('Kokoro', () => {
  let temp: TempFolder
  let options: KokoroOptions
  beforeEach(async () => {
    temp = await makeTempFolder()
    options = { modelsDir: temp.path, kokoroModel: 'kokoro', kokoroDtype: 'q8', device: 'auto', threads: 1 }
    await writeKokoroFixture(join(temp.path, 'kokoro'))
  })
  afterEach(() => temp.close())

  it('gives the model the phonemes of the text, at the length that the pace asks for', async () => {
    const kokoro = await openKokoro(options)
    for (const speed of [0.5, 1, 1.5]) {
      const audio = await speakAll(kokoro, { text, speed })
      const tokenSamples = kokoroTokenSamples / speed
      expect(audio.length).toBe(expected.length * tokenSamples)
      const tokens = Object.values(kokoroTokens)
      expect(readTokens(audio, { tokenSamples, sampleRateHz: 24_000, tokens })).toEqual(expected)
    }
    await kokoro.close()
  })

  it("speaks with the voice that is asked for: OpenAI's, its own, or else its default", async () => {
    const kokoro = await openKokoro(options)
    const names = { ...kokoroOpenAiVoices, bf_lily: 'bf_lily', nobody: 'af_heart', constructor: 'af_heart' }
    for (const [name, own] of Object.entries(names)) {
      const audio = await speakAll(kokoro, { text, voice: name })
      const gain = audio.reduce((peak, sample) => Math.max(peak, sample), 0) / 32_767
      expect(gain, name).toBeCloseTo(kokoroGain(await meanStyle(own)), 2)
    }
    expect(new Set(Object.values(kokoroOpenAiVoices)).size).toBe(openAiVoices.length)
    await kokoro.close()
  })

  it('gives the first audio of a long segment before the rest', async () => {
    const kokoro = await openKokoro(options)
    const request = { text: `${text} `.repeat(40), voice: 'alloy', speed: 1, signal: new AbortController().signal }
    const chunks = await Array.fromAsync(kokoro.synthesize(request))
    expect(chunks.length).toBeGreaterThan(3)
    await kokoro.close()
  })

  it('names the files that are missing', async () => {
    const file = join(temp.path, 'kokoro', 'onnx', 'model_quantized.onnx')
    await rm(file)
    const message = expect.stringContaining(file) as string
    await expect(openKokoro(options)).rejects.toMatchObject({ code: 'model_missing', message })
  })

  it('says that CUDA does not work where it was asked for', async () => {
    await expect(openKokoro({ ...options, device: 'cuda' })).rejects.toMatchObject({ code: 'cuda_unavailable' })
  })
})

/** Of the row of a voice's file that Kokoro takes for the text. */
async function meanStyle(voice: string): Promise<number> {
  const dist = fileURLToPath(import.meta.resolve('kokoro-js'))
  const { buffer } = await readFile(join(dist, '..', '..', 'voices', `${voice}.bin`))
  const row = new Float32Array(buffer, 4 * 256 * (expected.length - 2), 256)
  return row.reduce((sum, value) => sum + value, 0) / row.length
}
