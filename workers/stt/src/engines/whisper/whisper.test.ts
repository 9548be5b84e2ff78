import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Worker } from 'node:worker_threads'
import { type Recognition, type RecognitionRequest, sttEngines } from '@voicebox/engines'
import { describeSpeechRecognizer } from '@voicebox/engines/testing'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Recording, fixturesDir, recordings } from '../../testing/speech.ts'
import { type WhisperRecognizer, openWhisper } from './whisper.ts'

const mini = { modelsDir: fixturesDir, model: 'whisper-mini', dtype: 'fp16', device: 'cpu', threads: 1 } as const

describeSpeechRecognizer('Whisper', async () => {
  const [first, , second] = (await recordings()) as [Recording, Recording, Recording]
  const { interims } = sttEngines.whisper
  return { open: () => openWhisper(mini), utterances: [first, second], interims, givesLogprobs: true }
})

describe('Whisper', () => {
  let recognizer: WhisperRecognizer
  let spoken: Recording[]
  const folders: string[] = []
  beforeAll(async () => {
    recognizer = await openWhisper({ ...mini, device: 'auto' })
    spoken = await recordings()
  })
  afterAll(async () => {
    await recognizer.close()
    await Promise.all(folders.map((folder) => rm(folder, { recursive: true })))
  })

  const textsOf = (recordings: readonly Recording[]): string[] => recordings.map(({ text }) => text)

  it('understands every recording, one after the other', async () => {
    const heard: string[] = []
    for (const { samples } of spoken) heard.push(await hear(recognizer, samples))
    expect(heard).toEqual(textsOf(spoken))
  })

  it('understands every recording, all at once and more than a batch holds', async () => {
    const many = [...spoken, ...spoken.toReversed()]
    expect(await Promise.all(many.map(({ samples }) => hear(recognizer, samples)))).toEqual(textsOf(many))
  })

  it('understands recordings one after the other in one utterance that is longer than its window', async () => {
    const pause = new Int16Array(80_000) // each in a window of its own, which is what the model was trained for
    const samples = concat(spoken.flatMap((recording) => [recording.samples, pause]))
    expect(await hear(recognizer, samples)).toBe(textsOf(spoken).join(' '))
  })

  it('leaves the loop free while it works', async () => {
    let turns = 0
    const timer = setInterval(() => (turns += 1), 1)
    await Promise.all([...spoken, ...spoken].map(({ samples }) => hear(recognizer, samples)))
    clearInterval(timer)
    expect(turns).toBeGreaterThan(20)
  })

  it('runs on the CPU and says why where it may choose and there is no CUDA, or else on CUDA', () => {
    if (recognizer.device.name === 'cpu') expect(recognizer.device.why).toContain('CUDA does not work here')
    else expect(recognizer.device).toEqual({ name: 'cuda' })
  })

  it('refuses a device that is not there', async () => {
    if (recognizer.device.name === 'cuda') return
    await expect(openWhisper({ ...mini, device: 'cuda' })).rejects.toMatchObject({
      kind: 'engine',
      code: 'cuda_unavailable',
      retryable: false,
    })
  })

  it('names the files that its model lacks', async () => {
    await expect(openWhisper({ ...mini, dtype: 'q8' })).rejects.toMatchObject({
      kind: 'engine',
      code: 'model_missing',
      message:
        `The Whisper model in ${fixturesDir}/whisper-mini lacks onnx/encoder_model_quantized.onnx, ` +
        'onnx/decoder_model_merged_quantized.onnx. Put an ONNX export of the model there.',
    })
  })

  it('says so when its model cannot be loaded', async () => {
    const modelsDir = await copyOf(folders)
    await writeFile(join(modelsDir, 'whisper-mini/onnx/encoder_model_fp16.onnx'), 'not a model')
    await expect(openWhisper({ ...mini, modelsDir })).rejects.toMatchObject({ kind: 'engine', code: 'model_unusable' })
  })

  it('takes the languages of its model, and no other', async () => {
    const [{ samples, text }] = spoken as [Recording]
    expect(await hear(recognizer, samples, { language: 'en-GB' })).toBe(text)
    await expect(hear(recognizer, samples, { language: 'de' })).rejects.toMatchObject({
      kind: 'engine',
      code: 'unsupported_language',
    })
  })

  it('leaves out words to expect that would take the room of the text', async () => {
    const [{ samples, text }] = spoken as [Recording]
    expect(await hear(recognizer, samples, { prompt: 'Expect words about travel.' })).toBe(text)
  })

  it('finds out the language where its model knows several and none is named', async () => {
    const wrong = 0 // the token of a byte, which never follows the start of a transcript
    const modelsDir = await copyOf(folders, { lang_to_id: { '<|de|>': wrong, '<|en|>': 343 } })
    const several = await openWhisper({ ...mini, modelsDir })
    const [{ samples, text }] = spoken as [Recording]
    const requests = [{}, { language: 'en' }, {}]
    const heard = await Promise.all(requests.map((request) => hear(several, samples, request)))
    await several.close()
    expect(heard).toEqual([text, text, text])
  })

  it('gives no language to a model that knows English only', async () => {
    const modelsDir = await copyOf(folders, { is_multilingual: false })
    const english = await openWhisper({ ...mini, modelsDir })
    const [{ samples }] = spoken as [Recording]
    const [named, unnamed] = [await hear(english, samples, { language: 'en' }), await hear(english, samples)]
    await expect(hear(english, samples, { language: 'de' })).rejects.toMatchObject({ code: 'unsupported_language' })
    await english.close()
    expect(named).toBe(unnamed)
  })

  it('forbids words at the start of a text only there, however many texts there are', async () => {
    const paris = await tokenOf('Ġparis')
    const modelsDir = await copyOf(folders, { begin_suppress_tokens: [paris] })
    const picky = await openWhisper({ ...mini, modelsDir })
    const [{ samples, text }] = spoken as [Recording]
    for (let rows = 5; rows <= 12; rows++) {
      const heard = await Promise.all(Array.from({ length: rows }, () => hear(picky, samples)))
      expect(heard).toEqual(Array.from({ length: rows }, () => text))
    }
    await picky.close()
  })

  it('fails what is in flight when its thread dies, and starts it again', async () => {
    const started = Promise.withResolvers<Worker>()
    process.once('worker', started.resolve)
    const other = await openWhisper(mini)
    const thread = await started.promise
    const [{ samples, text }] = spoken as [Recording]
    const hearing = Array.from({ length: 20 }, () => hear(other, samples))
    const failed = expect(hearing[0]).rejects.toMatchObject({
      kind: 'engine',
      code: 'recognizer_crashed',
      retryable: true,
    })
    await new Promise((resolve) => setTimeout(resolve, 20))
    thread.postMessage(null) // what it cannot understand ends it
    await failed
    await Promise.allSettled(hearing)
    expect(await hear(other, samples)).toBe(text)
    await other.close()
  })
})

async function hear(
  recognizer: WhisperRecognizer,
  samples: Int16Array,
  request: Pick<RecognitionRequest, 'language' | 'prompt'> = {},
): Promise<string> {
  const signal = new AbortController().signal
  const recognitions: Recognition[] = await Array.fromAsync(
    recognizer.recognize({ audio: once(samples), signal, ...request }),
  )
  return recognitions.map(({ text }) => text).join()
}

async function* once(samples: Int16Array): AsyncGenerator<Int16Array, void, undefined> {
  await Promise.resolve()
  yield samples
}

function concat(pieces: readonly Int16Array[]): Int16Array {
  return Int16Array.from(pieces.flatMap((piece) => [...piece]))
}

/** A models folder with a copy of the mini model whose generation is configured otherwise. */
async function copyOf(folders: string[], generation: Record<string, unknown> = {}): Promise<string> {
  const modelsDir = await mkdtemp(join(tmpdir(), 'voicebox-models-'))
  folders.push(modelsDir)
  const model = join(modelsDir, 'whisper-mini')
  await cp(join(fixturesDir, 'whisper-mini'), model, { recursive: true })
  const file = join(model, 'generation_config.json')
  const original = JSON.parse(await readFile(file, 'utf8')) as Record<string, unknown>
  await writeFile(file, JSON.stringify({ ...original, ...generation }))
  return modelsDir
}

async function tokenOf(token: string): Promise<number | undefined> {
  const text = await readFile(join(fixturesDir, 'whisper-mini/tokenizer.json'), 'utf8')
  return (JSON.parse(text) as { model: { vocab: Record<string, number> } }).model.vocab[token]
}
