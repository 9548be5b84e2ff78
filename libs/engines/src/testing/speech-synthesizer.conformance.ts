import { access } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { Failure } from '@voicebox/kernel'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { SpeechSynthesizer, SynthesisRequest } from '../speech-synthesizer.ts'

/** What the suite needs around a synthesizer. */
export interface SynthesizerUnderTest {
  synthesizer: SpeechSynthesizer
  /** Names what the engine has left behind on the machine: processes, files; left out by engines without any. */
  leftovers?(): Promise<string[]>
  close(): Promise<void>
}

/** What every `SpeechSynthesizer` promises, whatever is behind it. */
export function describeSpeechSynthesizer(name: string, open: () => Promise<SynthesizerUnderTest>): void {
  describe(`${name} as a speech synthesizer`, () => {
    let under: SynthesizerUnderTest
    beforeEach(async () => {
      under = await open()
    })
    afterEach(() => under.close())

    const chunksOf = (about: Partial<SynthesisRequest>): Promise<Int16Array[]> =>
      Array.fromAsync(under.synthesizer.synthesize(ask(about)))
    const speak = async (about: Partial<SynthesisRequest>): Promise<Int16Array> => concat(await chunksOf(about))
    const noLeftovers = (): Promise<void> =>
      expect.poll(async () => (await under.leftovers?.()) ?? [], { timeout: 5_000 }).toEqual([])

    it('speaks in chunks that are not empty, and is to be heard', async () => {
      const chunks = await chunksOf({ text: sentence })
      expect(chunks.map((chunk) => chunk.length)).not.toContain(0)
      const audio = concat(chunks)
      expect(audio.length).toBeGreaterThan(under.synthesizer.sampleRateHz / 10)
      expect(loudness(audio)).toBeGreaterThan(300)
      await noLeftovers()
    })

    it('says nothing where nothing is to be said', async () => {
      for (const text of ['', '   ', '...', '?! —', '\n\t', '\u0000'])
        expect(await chunksOf({ text }), text).toEqual([])
    })

    it('takes as long as the pace asks for', async () => {
      const usual = await speak({ text: sentence })
      for (const speed of [0.5, 0.75, 1.25, 1.5]) {
        const paced = await speak({ text: sentence, speed })
        expect(paced.length / (usual.length / speed), `pace ${speed}`).toBeGreaterThan(0.85)
        expect(paced.length / (usual.length / speed), `pace ${speed}`).toBeLessThan(1.15)
      }
    })

    it('takes much longer at the slowest pace', async () => {
      const [usual, slowest] = [await speak({ text: sentence }), await speak({ text: sentence, speed: 0.25 })]
      expect(slowest.length / usual.length).toBeGreaterThan(3)
      expect(slowest.length / usual.length).toBeLessThan(5)
    })

    it('speaks with its default voice where it does not know the voice or the language', async () => {
      const usual = await speak({ text: sentence, voice: 'nobody at all' })
      expect(usual.length).toBeGreaterThan(0)
      expect(await speak({ text: sentence, voice: '../../etc/passwd' })).toEqual(usual)
      expect(await speak({ text: sentence, voice: '-h', language: '--help' })).toEqual(usual)
    })

    it('gives no further chunk after an abort, and leaves nothing behind', async () => {
      const abort = new AbortController()
      const chunks: Int16Array[] = []
      for await (const chunk of under.synthesizer.synthesize(ask({ text: long, signal: abort.signal }))) {
        chunks.push(chunk)
        abort.abort()
      }
      expect(chunks).toHaveLength(1)
      await noLeftovers()
    })

    it('ends without a chunk when it is aborted while it works', async () => {
      const abort = new AbortController()
      const chunks = chunksOf({ text: long, signal: abort.signal })
      abort.abort()
      expect(await chunks).toEqual([])
      await noLeftovers()
    })

    it('gives nothing to a request that was aborted before', async () => {
      expect(await chunksOf({ text: sentence, signal: AbortSignal.abort() })).toEqual([])
    })

    it('frees what it holds when its consumer does not want the rest', async () => {
      for await (const chunk of under.synthesizer.synthesize(ask({ text: long }))) {
        expect(chunk.length).toBeGreaterThan(0)
        break
      }
      await noLeftovers()
    })

    it('frees what it holds on an abort even if its consumer never comes back', async () => {
      const abort = new AbortController()
      const chunks = under.synthesizer.synthesize(ask({ text: long, signal: abort.signal }))[Symbol.asyncIterator]()
      await chunks.next()
      abort.abort()
      await noLeftovers()
    })

    it('keeps segments apart that are spoken at the same time', async () => {
      const alone = []
      for (const text of several) alone.push(await speak({ text }))
      const together = await Promise.all(several.map((text) => speak({ text })))
      expect(together).toEqual(alone)
    })

    it('fails what is under way, and what comes later, when it is closed; and closes twice', async () => {
      const chunks = under.synthesizer.synthesize(ask({ text: long }))[Symbol.asyncIterator]()
      await chunks.next()
      await Promise.all([under.synthesizer.close(), under.synthesizer.close()])
      await expect(chunks.next()).rejects.toMatchObject({ name: 'Failure', kind: 'engine' })
      await expect(speak({ text: sentence })).rejects.toBeInstanceOf(Failure)
      await noLeftovers()
    })

    it('speaks commands, options, markup and broken characters as nothing but text', async () => {
      const before = await speak({ text: sentence })
      for (const text of hostile) expect((await speak({ text })).length, text).toBeGreaterThan(0)
      expect(await speak({ text: sentence })).toEqual(before)
      await expect(access(victim)).rejects.toThrow('ENOENT')
      await noLeftovers()
    })

    it('speaks five thousand characters, the first of them soon', async () => {
      const chunks = await chunksOf({ text: long })
      const audio = concat(chunks)
      expect(audio.length).toBeGreaterThan((await speak({ text: sentence })).length * 20)
      expect(chunks[0]?.length).toBeLessThan(audio.length / 5)
    })

    it('makes no more than a little ahead of a consumer that stops', async () => {
      const chunks = under.synthesizer.synthesize(ask({ text: long.repeat(4) }))[Symbol.asyncIterator]()
      await chunks.next()
      const before = process.memoryUsage().arrayBuffers
      await wait(200)
      expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(2 << 20)
      await chunks.return?.()
      await noLeftovers()
    })
  })
}

const sentence = 'I would like to book an appointment for next Tuesday at three in the afternoon.'
const several = ['One.', 'Here is the second of them.', 'And a third, which is the longest of all by far.', 'Four']
const long = 'The rain in Spain stays mainly in the plain, they say. '.repeat(91)
/** What the hostile texts would make, were they commands. */
const victim = join(tmpdir(), `voicebox-hostile-${process.pid}`)
const hostile = [
  '-h',
  '--help me',
  `-o ${victim}`,
  `price; $(touch ${victim}) \`touch ${victim}\` | cat > ${victim} && "quoted" 'too'`,
  '<speak>hello <break time="10s"/></speak>',
  'hello [[h@l@U]] there',
  'a smile 😀 and a flag 🇫🇷',
  'nothing\u0000 after that\u0007',
  'a lone surrogate \ud800 here',
  'café naïve “quoted” – dash…',
  'x'.repeat(500),
  '0123456789'.repeat(10),
]

function ask(about: Partial<SynthesisRequest>): SynthesisRequest {
  return { text: sentence, voice: 'alloy', speed: 1, signal: new AbortController().signal, ...about }
}

function concat(chunks: readonly Int16Array[]): Int16Array {
  const audio = new Int16Array(chunks.reduce((length, chunk) => length + chunk.length, 0))
  let offset = 0
  for (const chunk of chunks) {
    audio.set(chunk, offset)
    offset += chunk.length
  }
  return audio
}

/** Root mean square. */
function loudness(audio: Int16Array): number {
  return Math.sqrt(audio.reduce((sum, sample) => sum + sample * sample, 0) / audio.length)
}
