import { Failure } from '@voicebox/kernel'
import type { RecognitionRequest, SpeechRecognizer } from '../speech-recognizer.ts'

/** A speech recognizer that hears what it is told to, and keeps what it was asked. */
export interface FakeRecognizer extends SpeechRecognizer {
  readonly requests: readonly RecognitionRequest[]
}

/** `hear` gets the whole utterance and says its text, or throws. Nothing is heard in silence. */
export function makeFakeRecognizer(hear: (samples: Int16Array) => string, name = 'fake'): FakeRecognizer {
  const requests: RecognitionRequest[] = []
  const closing = new AbortController()
  return {
    name,
    requests,
    async *recognize(request) {
      requests.push(request)
      const samples = await readToEnd(request.audio, AbortSignal.any([request.signal, closing.signal]))
      if (request.signal.aborted) return
      closing.signal.throwIfAborted()
      yield { kind: 'final', text: samples.some((sample) => sample !== 0) ? hear(samples) : '' }
    },
    close() {
      closing.abort(new Failure('engine', 'engine_closed', `${name} was closed`))
      return Promise.resolve()
    },
  }
}

async function readToEnd(audio: AsyncIterable<Int16Array>, signal: AbortSignal): Promise<Int16Array> {
  const samples: number[] = []
  const frames = audio[Symbol.asyncIterator]()
  const stopped = new Promise<undefined>((resolve) => {
    if (signal.aborted) resolve(undefined)
    signal.addEventListener('abort', () => resolve(undefined), { once: true })
  })
  try {
    for (;;) {
      const next = await Promise.race([stopped, frames.next()])
      if (next === undefined || next.done === true) return Int16Array.from(samples)
      for (const sample of next.value) samples.push(sample)
    }
  } finally {
    void frames.return?.()
  }
}
