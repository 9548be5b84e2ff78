import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { type Recognition, type SpeechRecognizer, sttEngines } from '@voicebox/engines'
import { describeSpeechRecognizer, wordErrorRate } from '@voicebox/engines/testing'
import { sleep } from '@voicebox/kernel'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { flite } from '../../testing/speech.ts'
import { openPocketsphinx } from './pocketsphinx.ts'

const open = (): Promise<SpeechRecognizer> => openPocketsphinx({ maxProcesses: 2, env: process.env })

describeSpeechRecognizer('pocketsphinx', async () => ({
  open,
  interims: sttEngines.pocketsphinx.interims,
  givesLogprobs: true,
  utterances: [await flite('kal16', 'hello can you help'), await flite('kal16', 'how are you now')],
}))

describe('pocketsphinx', () => {
  let recognizer: SpeechRecognizer
  beforeAll(async () => {
    recognizer = await open()
  })
  afterAll(() => recognizer.close())

  const recognize = (frames: Iterable<Int16Array> | AsyncIterable<Int16Array>, language?: string) =>
    Array.fromAsync(
      recognizer.recognize({
        audio: from(frames),
        signal: new AbortController().signal,
        ...(language && { language }),
      }),
    )

  it.each([
    ['rms', "I would like to book an appointment for next Tuesday at three o'clock in the afternoon"],
    ['kal16', "I would like to book an appointment for next Tuesday at three o'clock in the afternoon"],
    ['slt', 'hello can you tell me what time the store opens tomorrow'],
    ['kal16', 'hello can you help'],
  ])('understands at least four words of five that %s says: "%s"', async (voice, text) => {
    const { samples } = await flite(voice, text)
    expect(wordErrorRate(text, textOf(await recognize([samples])))).toBeLessThanOrEqual(0.2)
  })

  it('gives what was said before a pause while the speaker goes on', async () => {
    const { samples } = await flite('kal16', 'hello can you help')
    const interim = Promise.withResolvers<string>()
    async function* talk(): AsyncGenerator<Int16Array, void, undefined> {
      yield samples
      yield new Int16Array(16_000)
      expect(await interim.promise).toBe('hello can you help')
      yield samples
    }
    const heard: Recognition[] = []
    for await (const recognition of recognizer.recognize({ audio: talk(), signal: new AbortController().signal })) {
      heard.push(recognition)
      if (recognition.kind === 'interim') interim.resolve(recognition.text)
    }
    expect(heard.at(-1)).toEqual({ kind: 'final', text: 'hello can you help hello can you help' })
  })

  it('refuses a language other than English', async () => {
    await expect(recognize([new Int16Array(160)], 'de')).rejects.toMatchObject({ code: 'unsupported_language' })
    expect(await recognize([], 'en-GB')).toEqual([{ kind: 'final', text: '' }])
  })

  it('says how to install the program where it is missing', async () => {
    const opening = openPocketsphinx({ env: { PATH: '/nonexistent' } })
    await expect(opening).rejects.toMatchObject({
      kind: 'engine',
      code: 'program_missing',
      retryable: false,
      message: expect.stringContaining('apt-get install pocketsphinx pocketsphinx-en-us') as string,
    })
  })

  it('ends when its results are not read any further, although the speaker goes on', async () => {
    const { samples } = await flite('kal16', 'hello can you help')
    async function* talk(): AsyncGenerator<Int16Array, void, undefined> {
      yield samples
      yield new Int16Array(16_000)
      await new Promise(() => {})
    }
    for await (const recognition of recognizer.recognize({ audio: talk(), signal: new AbortController().signal })) {
      expect(recognition).toEqual({ kind: 'interim', text: 'hello can you help' })
      break
    }
  })

  it('leaves no process behind, neither after an abort nor when it is closed', async () => {
    const { samples } = await flite('kal16', 'hello can you help')
    const abort = new AbortController()
    let groups: string[] = []
    async function* talk(): AsyncGenerator<Int16Array, void, undefined> {
      yield samples
      await sleep(50)
      groups = await ownGroups()
      abort.abort()
    }
    const other = await open()
    expect(await Array.fromAsync(other.recognize({ audio: talk(), signal: abort.signal }))).toEqual([])
    groups.push(...(await ownGroups())) // now with a new spare
    await Promise.all([other.close(), recognizer.close()])
    expect(groups.length).toBeGreaterThanOrEqual(2)
    expect((await processes()).filter(({ group }) => groups.includes(group))).toEqual([])
  })
})

async function* from(frames: Iterable<Int16Array> | AsyncIterable<Int16Array>): AsyncGenerator<Int16Array> {
  yield* frames
}

function textOf(recognitions: readonly Recognition[]): string {
  return recognitions.at(-1)?.text ?? ''
}

/** The process groups of the pipelines that this process has started. */
async function ownGroups(): Promise<string[]> {
  const own = (await processes()).filter(({ parent, what }) => parent === `${process.pid}` && what.includes('trap'))
  return own.map(({ group }) => group)
}

/** All that there are, zombies included. */
async function processes(): Promise<{ parent: string; group: string; what: string }[]> {
  const { stdout } = await promisify(execFile)('ps', ['-A', '-o', 'ppid=,pgid=,args='])
  return stdout.split('\n').map((line) => {
    const [parent = '', group = '', ...what] = line.trim().split(/\s+/)
    return { parent, group, what: what.join(' ') }
  })
}
