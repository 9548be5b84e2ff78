import { Failure } from '@voicebox/kernel'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { ContextItem, GenerationRequest, LanguageEvent, LanguageModel } from '../language-model.ts'

/** What the suite needs around a model. */
export interface LanguageModelUnderTest {
  model: LanguageModel
  /** What the model answers to a user's words, in at least three tokens. */
  answerTo(words: string): string
  /** Makes the next answer fail before its first token; needed unless `canFail` is false. */
  failNext?(): void
  /** Waits until no connection to the provider is open; left out by models without any. */
  allClosed?(): Promise<void>
  close(): Promise<void>
}

/** What every `LanguageModel` promises, whatever is behind it. */
export function describeLanguageModel(
  name: string,
  open: () => Promise<LanguageModelUnderTest>,
  { canFail = true }: { canFail?: boolean } = {},
): void {
  describe(`${name} as a language model`, () => {
    let under: LanguageModelUnderTest
    beforeEach(async () => {
      under = await open()
    })
    afterEach(() => under.close())

    it('gives its answer as text, then finishes once and ends', async () => {
      const events = await collect(under.model.generate(ask('one two')))
      expect(textOf(events)).toBe(under.answerTo('one two'))
      expect(events.filter((event) => event.kind === 'finish')).toEqual([events.at(-1)])
      expect(events.at(-1)).toMatchObject({ kind: 'finish', reason: 'stop' })
    })

    it('counts what it has used', async () => {
      const finish = (await collect(under.model.generate(ask('one two')))).at(-1)
      if (finish?.kind !== 'finish') throw new Error('The answer has no finish')
      expect(finish.usage.inputTokens).toBeGreaterThan(0)
      expect(finish.usage.outputTokens).toBeGreaterThan(0)
      expect(finish.usage.cachedTokens).toBeGreaterThanOrEqual(0)
    })

    it('stops at the limit of tokens and says so', async () => {
      const events = await collect(under.model.generate({ ...ask('one two'), maxOutputTokens: 2 }))
      expect(events.at(-1)).toMatchObject({ kind: 'finish', reason: 'max_output_tokens' })
      expect(under.answerTo('one two').startsWith(textOf(events))).toBe(true)
      expect(textOf(events).length).toBeLessThan(under.answerTo('one two').length)
    })

    it('gives nothing more after an abort and lets go of its provider', async () => {
      const abort = new AbortController()
      const events: LanguageEvent[] = []
      for await (const event of under.model.generate(ask('one two', abort.signal))) {
        events.push(event)
        abort.abort()
      }
      expect(events).toHaveLength(1)
      await under.allClosed?.()
    })

    it('gives nothing to a request that was aborted before', async () => {
      expect(await collect(under.model.generate(ask('one two', AbortSignal.abort())))).toEqual([])
    })

    it('lets go of its provider when its answer is not read to the end', async () => {
      for await (const event of under.model.generate(ask('one two'))) {
        expect(event.kind).toBe('text')
        break
      }
      await under.allClosed?.()
    })

    it('keeps answers apart that are given at the same time', async () => {
      const questions = ['alpha beta', 'gamma delta', 'epsilon zeta']
      const answers = await Promise.all(questions.map((words) => collect(under.model.generate(ask(words)))))
      expect(answers.map(textOf)).toEqual(questions.map((words) => under.answerTo(words)))
    })

    it('answers what a tool has given, and what comes with a picture', async () => {
      const answers = await Promise.all(
        [afterTool, withPicture].map((context) => collect(under.model.generate({ ...ask(''), context }))),
      )
      for (const events of answers) {
        expect(textOf(events)).not.toBe('')
        expect(events.at(-1)).toMatchObject({ kind: 'finish', reason: 'stop' })
      }
    })

    it('can be closed twice', async () => {
      await under.model.close()
      await under.model.close()
    })

    if (!canFail) return

    it('says by a Failure that it cannot answer, and answers the next time', async () => {
      if (under.failNext === undefined) throw new Error('The model under test lacks failNext')
      under.failNext()
      await expect(collect(under.model.generate(ask('one two')))).rejects.toBeInstanceOf(Failure)
      expect(textOf(await collect(under.model.generate(ask('one two'))))).toBe(under.answerTo('one two'))
    })
  })
}

const afterTool: readonly ContextItem[] = [
  { role: 'user', text: 'one two' },
  { role: 'tool_call', callId: 'call_1', name: 'look_up', arguments: '{}' },
  { role: 'tool_result', callId: 'call_1', output: 'three' },
]

const pixel =
  'data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=='
const withPicture: readonly ContextItem[] = [{ role: 'user', text: 'one two', images: [{ url: pixel, detail: 'low' }] }]

function ask(words: string, signal = new AbortController().signal): GenerationRequest {
  return { instructions: 'Answer.', context: [{ role: 'user', text: words }], signal }
}

function textOf(events: readonly LanguageEvent[]): string {
  return events.map((event) => (event.kind === 'text' ? event.text : '')).join('')
}

async function collect(events: AsyncIterable<LanguageEvent>): Promise<LanguageEvent[]> {
  return await Array.fromAsync(events)
}
