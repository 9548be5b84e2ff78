import { Failure } from '@voicebox/kernel'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { GenerationRequest, LanguageEvent, LanguageModel, ToolDeclaration } from '../language-model.ts'

/** What the suite needs around a model that calls tools. */
export interface ToolCallerUnderTest {
  model: LanguageModel
  /** What the model calls when it is asked for these tools; with arguments, that is, in at least one piece. */
  callsFor(names: readonly string[]): readonly { name: string; arguments: string }[]
  /** Makes the next answer fail after its first call has begun; needed unless `canFail` is false. */
  failInNextCall?(): void
  /** Waits until no connection to the provider is open; left out by models without any. */
  allClosed?(): Promise<void>
  close(): Promise<void>
}

/** What every `LanguageModel` that can call tools promises of its calls. A model that `callsOnDemand` makes one only where it must. */
export function describeToolCalls(
  name: string,
  open: () => Promise<ToolCallerUnderTest>,
  { canFail = true, callsOnDemand = false }: { canFail?: boolean; callsOnDemand?: boolean } = {},
): void {
  describe(`${name} as a caller of tools`, () => {
    let under: ToolCallerUnderTest
    beforeEach(async () => {
      under = await open()
    })
    afterEach(() => under.close())

    const ask = (words: string, signal = new AbortController().signal): GenerationRequest => ({
      instructions: 'Answer.',
      context: [{ role: 'user', text: words }],
      tools,
      ...(callsOnDemand ? { toolChoice: 'required' } : {}),
      signal,
    })

    it.each(callsOnDemand ? ['look_up'] : ['look_up', 'look_up note', 'note note look_up'])(
      'calls what it is asked for: %s',
      async (words) => {
        const events = await collect(under.model.generate(ask(words)))
        expect(callsIn(events)).toEqual(under.callsFor(words.split(' ')))
        expect(events.filter((event) => event.kind === 'finish')).toEqual([events.at(-1)])
        expect(events.at(-1)).toMatchObject({ kind: 'finish', reason: 'stop' })
      },
    )

    it('gives nothing more after an abort in the middle of the arguments, and lets go of its provider', async () => {
      const abort = new AbortController()
      const events: LanguageEvent[] = []
      for await (const event of under.model.generate(ask('look_up', abort.signal))) {
        events.push(event)
        if (event.kind === 'call_arguments') abort.abort()
      }
      expect(events.at(-1)?.kind).toBe('call_arguments')
      expect(events.filter((event) => event.kind === 'call_arguments')).toHaveLength(1)
      await under.allClosed?.()
    })

    it('lets go of its provider when its answer is not read beyond the start of a call', async () => {
      for await (const event of under.model.generate(ask('look_up'))) if (event.kind === 'call_started') break
      await under.allClosed?.()
    })

    it('keeps calls apart that are made at the same time', async () => {
      const asked = callsOnDemand ? ['look_up', 'look_up'] : ['look_up note', 'note look_up', 'note']
      const answers = await Promise.all(asked.map((words) => collect(under.model.generate(ask(words)))))
      expect(answers.map(callsIn)).toEqual(asked.map((words) => under.callsFor(words.split(' '))))
    })

    if (!canFail) return

    it('says by a Failure that a call was cut short, and calls the next time', async () => {
      if (under.failInNextCall === undefined) throw new Error('The model under test lacks failInNextCall')
      under.failInNextCall()
      const events: LanguageEvent[] = []
      const answer = (async () => {
        for await (const event of under.model.generate(ask('look_up'))) events.push(event)
      })()
      await expect(answer).rejects.toBeInstanceOf(Failure)
      expect(events.map((event) => event.kind)).toContain('call_started')
      expect(events.map((event) => event.kind)).not.toContain('finish')
      expect(callsIn(await collect(under.model.generate(ask('look_up'))))).toEqual(under.callsFor(['look_up']))
    })
  })
}

const tools: readonly ToolDeclaration[] = [
  {
    name: 'look_up',
    description: 'Looks a word up.',
    parameters: { type: 'object', properties: { word: { type: 'string' } }, required: ['word'] },
  },
  { name: 'note' },
]

/** The calls of an answer; throws where they do not count from 0 without gaps or arguments stray from their call. */
function callsIn(events: readonly LanguageEvent[]): { name: string; arguments: string }[] {
  const calls: { name: string; arguments: string }[] = []
  for (const event of events) {
    if (event.kind === 'call_started') {
      expect(event.call).toBe(calls.length)
      calls.push({ name: event.name, arguments: '' })
    } else if (event.kind === 'call_arguments') {
      const current = calls.at(-1)
      expect(event.call).toBe(calls.length - 1)
      if (current !== undefined) current.arguments += event.text
    }
  }
  return calls
}

async function collect(events: AsyncIterable<LanguageEvent>): Promise<LanguageEvent[]> {
  return await Array.fromAsync(events)
}
