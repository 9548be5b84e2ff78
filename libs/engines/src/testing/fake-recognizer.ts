import { Failure } from '@voicebox/kernel'
import type { RecognitionRequest, SpeechRecognizer, TokenLogprob } from '../speech-recognizer.ts'

/** A speech recognizer that hears what it is told to, and keeps what it was asked. */
export interface FakeRecognizer extends SpeechRecognizer {
  readonly requests: readonly RecognitionRequest[]
}

/** A text, and what those get who ask how sure the fake is of it. */
export interface FakeHearing {
  text: string
  logprobs: readonly TokenLogprob[]
}

export interface FakeRecognizerOptions {
  name?: string
  /** Said, in this order, as soon as there is something to hear. */
  interims?: readonly string[]
}

/** `hear` gets the whole utterance and says what is heard in it, or throws. Nothing is heard in silence. */
export function makeFakeRecognizer(
  hear: (samples: Int16Array) => string | FakeHearing,
  { name = 'fake', interims = [] }: FakeRecognizerOptions = {},
): FakeRecognizer {
  const requests: RecognitionRequest[] = []
  const closing = new AbortController()
  return {
    name,
    requests,
    async *recognize(request) {
      requests.push(request)
      const samples: number[] = []
      let hasHeard = false
      for await (const frame of framesUntil(request.audio, AbortSignal.any([request.signal, closing.signal]))) {
        for (const sample of frame) samples.push(sample)
        if (hasHeard || frame.every((sample) => sample === 0)) continue
        hasHeard = true
        for (const text of interims) yield { kind: 'interim', text }
      }
      if (request.signal.aborted) return
      closing.signal.throwIfAborted()
      const heard = hasHeard ? hear(Int16Array.from(samples)) : ''
      if (typeof heard === 'string') yield { kind: 'final', text: heard }
      else
        yield { kind: 'final', text: heard.text, ...(request.wantsLogprobs === true && { logprobs: heard.logprobs }) }
    },
    close() {
      closing.abort(new Failure('engine', 'engine_closed', `${name} was closed`))
      return Promise.resolve()
    },
  }
}

/** Ends with the audio or when the signal is aborted, and closes the audio then. */
async function* framesUntil(audio: AsyncIterable<Int16Array>, signal: AbortSignal): AsyncGenerator<Int16Array> {
  const frames = audio[Symbol.asyncIterator]()
  const stopped = new Promise<undefined>((resolve) => {
    if (signal.aborted) resolve(undefined)
    signal.addEventListener('abort', () => resolve(undefined), { once: true })
  })
  try {
    for (;;) {
      const next = await Promise.race([stopped, frames.next()])
      if (next === undefined || next.done === true) return
      yield next.value
    }
  } finally {
    void frames.return?.()
  }
}
