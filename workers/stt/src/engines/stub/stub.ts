import type { StubSettings } from '@voicebox/config'
import type { SpeechRecognizer, TokenLogprob } from '@voicebox/engines'
import { type Clock, systemClock } from '@voicebox/kernel'
import { engineClosed } from '../../engine-closed.ts'
import { framesUntil } from '../../frames.ts'

/**
 * Gives one set transcript a set time after the end of any utterance, silence included: for benchmarks and for trying
 * out clients.
 */
export function makeStub(
  { transcript, sttMs }: Pick<StubSettings, 'transcript' | 'sttMs'>,
  clock: Clock = systemClock,
): SpeechRecognizer {
  const name = 'stub'
  const closing = new AbortController()
  return {
    name,
    async *recognize({ audio, wantsLogprobs, signal }) {
      const either = AbortSignal.any([signal, closing.signal])
      for await (const frame of framesUntil(audio, either)) void frame
      await wait(clock, sttMs, either)
      if (signal.aborted) return
      closing.signal.throwIfAborted()
      yield { kind: 'final', text: transcript, ...(wantsLogprobs === true && { logprobs: surenessOf(transcript) }) }
    },
    close() {
      closing.abort(engineClosed(name))
      return Promise.resolve()
    },
  }
}

/** A made-up sureness of each word, so that clients see some that are surer than others. */
function surenessOf(text: string): TokenLogprob[] {
  return (text.match(/\s*\S+\s*$|\s*\S+/gu) ?? []).map((token, at) => ({ token, logprob: -0.02 * (1 + (at % 5)) }))
}

function wait(clock: Clock, ms: number, signal: AbortSignal): Promise<void> {
  if (ms === 0 || signal.aborted) return Promise.resolve()
  return new Promise((resolve) => {
    const cancel = clock.after(ms, done)
    signal.addEventListener('abort', done, { once: true })
    function done(): void {
      cancel()
      signal.removeEventListener('abort', done)
      resolve()
    }
  })
}
