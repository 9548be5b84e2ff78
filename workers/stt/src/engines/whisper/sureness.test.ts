import {
  AutoFeatureExtractor,
  AutoTokenizer,
  Tensor,
  WhisperForConditionalGeneration,
  env,
} from '@huggingface/transformers'
import { beforeAll, describe, expect, it } from 'vitest'
import { type Recording, fixturesDir, recordings } from '../../testing/speech.ts'
import { featuresOf } from './features.ts'
import { makeSureness } from './generation.ts'
import type { Transcript } from './messages.ts'
import { type WhisperModel, loadWhisper } from './whisper-model.ts'

const place = { modelsDir: fixturesDir, model: 'whisper-mini', dtype: 'fp16', device: 'cpu', threads: 1 } as const

describe('How sure Whisper is', () => {
  let whisper: WhisperModel
  let spoken: Recording[]
  beforeAll(async () => {
    whisper = await loadWhisper(place, { name: 'cpu' })
    spoken = await recordings()
  })

  async function transcribe(samples: readonly Int16Array[], wantsLogprobs: boolean): Promise<Transcript[]> {
    const transcripts: Transcript[] = []
    const rows = samples.map((each, row) => ({
      work: { samples: each.slice(), language: 'en', wantsLogprobs },
      isWanted: () => true,
      onTranscript: (transcript: Transcript) => void (transcripts[row] = transcript),
    }))
    await whisper.transcribe(rows)
    return transcripts
  }

  it('is what the model says of the same text when it is given the whole of it', async () => {
    for (const { samples, text } of spoken.slice(0, 4)) {
      const [transcript] = await transcribe([samples], true)
      const expected = await scored(samples, text)
      expect(transcript?.logprobs?.map(({ token }) => token)).toEqual(expected.map(({ token }) => token))
      for (const [at, { logprob }] of (transcript?.logprobs ?? []).entries())
        expect(logprob).toBeCloseTo(expected[at]?.logprob ?? NaN, 3)
    }
  })

  it('is the same in a batch, row by row, and left out where it is not asked for', async () => {
    const samples = spoken.map((recording) => recording.samples)
    const together = await transcribe(samples, true)
    const alone = (await Promise.all(samples.slice(0, 3).map((each) => transcribe([each], true)))).flat()
    for (const [row, { logprobs = [] }] of alone.entries())
      for (const [at, { token, logprob }] of logprobs.entries()) {
        expect(together[row]?.logprobs?.[at]?.token).toBe(token)
        expect(together[row]?.logprobs?.[at]?.logprob).toBeCloseTo(logprob, 3)
      }
    expect(await transcribe(samples.slice(0, 1), false)).toEqual([{ text: spoken[0]?.text }])
  })

  it('is the share of the likeliest token, from the text’s first token on, among those that are allowed', () => {
    const { processor, of } = makeSureness([true, false, true], 2)
    const scores = [1, 3, -Infinity, 0, 0, 0, 2, 2, -Infinity]
    const step = (length: number): unknown =>
      processor._call(
        Array.from({ length: 3 }, () => Array.from({ length }, () => 1n)),
        {
          data: Float32Array.from(scores),
        } as unknown as Tensor,
      )
    step(1) // still the opening
    step(2)
    step(3)
    const expected = -Math.log(1 + Math.exp(-2))
    expect(of(0)).toEqual([expect.closeTo(expected, 6), expect.closeTo(expected, 6)])
    expect(of(1)).toBeUndefined()
    expect(of(2)).toEqual([expect.closeTo(-Math.LN2, 6), expect.closeTo(-Math.LN2, 6)])
  })
})

/** The tokens of the text and their logarithms of probability, by one pass of the decoder over the whole text. */
async function scored(samples: Int16Array, text: string): Promise<{ token: string; logprob: number }[]> {
  env.localModelPath = fixturesDir
  const [tokenizer, extractor, model] = await Promise.all([
    AutoTokenizer.from_pretrained(place.model),
    AutoFeatureExtractor.from_pretrained(place.model),
    WhisperForConditionalGeneration.from_pretrained(place.model, { dtype: place.dtype }),
  ])
  const idOf = (token: string): number => tokenizer.convert_tokens_to_ids(token) ?? NaN
  const opening = ['<|startoftranscript|>', '<|en|>', '<|transcribe|>', '<|notimestamps|>'].map(idOf)
  const ids = text.split(' ').map((word) => idOf(`Ġ${word}`))
  const given = [...opening, ...ids]
  const { logits } = (await model({
    input_features: await featuresOf(extractor, [samples]),
    decoder_input_ids: new Tensor('int64', BigInt64Array.from(given.map(BigInt)), [1, given.length]),
  })) as { logits: Tensor }
  const width = logits.dims.at(-1) as number
  const data = logits.data as Float32Array
  return ids.map((id, at) => {
    const row = data.subarray((opening.length + at - 1) * width, (opening.length + at) * width)
    const total = row.reduce((sum, score) => sum + Math.exp(score), 0)
    const token = tokenizer.decode([id])
    return { token: at === 0 ? token.trimStart() : token, logprob: Math.log(Math.exp(row[id] as number) / total) }
  })
}
