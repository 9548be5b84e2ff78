import { execFile } from 'node:child_process'
import { availableParallelism } from 'node:os'
import { promisify } from 'node:util'
import type { Recognition, SpeechRecognizer, TokenLogprob } from '@voicebox/engines'
import { Failure, makeSlots } from '@voicebox/kernel'
import { engineClosed } from '../../engine-closed.ts'
import { framesUntil } from '../../frames.ts'
import { type Decoder, pocketsphinxMissing, startDecoder } from './decoder.ts'
import { makeSpare } from './spare.ts'

export interface PocketsphinxOptions {
  /** Processes at a time, of some 100 MB each; further utterances wait. Absent: twice the cores, since most wait for speech. */
  maxProcesses?: number
  /** The environment of the processes. */
  env: NodeJS.ProcessEnv
}

/** Recognizes English with the Debian program, while it is spoken: one process an utterance. */
export async function openPocketsphinx(options: PocketsphinxOptions): Promise<SpeechRecognizer> {
  const { env, maxProcesses = pocketsphinxConcurrency() } = options
  await checkProgram(env)
  const name = 'pocketsphinx'
  const closing = new AbortController()
  const slots = makeSlots(maxProcesses)
  const spare = makeSpare(() => startDecoder(env))
  const decoders = new Set<Decoder>()
  spare.prepare()

  return {
    name,
    async *recognize({ audio, language, wantsLogprobs, signal }) {
      refuseOtherThanEnglish(language)
      const leaving = new AbortController()
      const ending = AbortSignal.any([signal, closing.signal, leaving.signal])
      try {
        for await (const recognition of hear(framesUntil(audio, ending), ending)) {
          if (recognition.kind === 'interim' || wantsLogprobs === true) yield recognition
          else yield { kind: 'final', text: recognition.text }
        }
      } finally {
        leaving.abort()
      }
      if (!signal.aborted) closing.signal.throwIfAborted()
    },
    async close() {
      closing.abort(engineClosed(name))
      await Promise.all([spare.close(), ...[...decoders].map((decoder) => decoder.kill())])
    },
  }

  /** Ends without a final when the signal is aborted. A place is taken only when there is something to hear. */
  async function* hear(
    frames: AsyncGenerator<Int16Array, void, undefined>,
    signal: AbortSignal,
  ): AsyncGenerator<Recognition> {
    const first = await frames.next()
    if (signal.aborted) return
    if (first.done === true) {
      yield { kind: 'final', text: '', logprobs: [] }
      return
    }
    const release = await slots.take(signal).catch((error: unknown) => {
      if (!signal.aborted) throw error
    })
    if (release === undefined) return
    const decoder = spare.take()
    decoders.add(decoder)
    try {
      yield* decode(decoder, first.value, frames, signal)
    } finally {
      await decoder.kill()
      decoders.delete(decoder)
      release()
      if (!closing.signal.aborted) spare.prepare()
    }
  }
}

async function* decode(
  decoder: Decoder,
  first: Int16Array,
  rest: AsyncIterable<Int16Array>,
  signal: AbortSignal,
): AsyncGenerator<Recognition> {
  const kill = (): void => void decoder.kill()
  signal.addEventListener('abort', kill, { once: true })
  let isOver = false
  const feeding = feed(decoder, first, rest).then(() => (isOver = true))
  feeding.catch(kill)
  let text = ''
  const logprobs: TokenLogprob[] = []
  for await (const line of decoder.lines()) {
    if (signal.aborted) return
    if (line.kind === 'word') {
      logprobs.push({ token: logprobs.length === 0 ? line.text : ` ${line.text}`, logprob: line.logprob })
      continue
    }
    text += text === '' ? line.text : ` ${line.text}`
    if (!isOver) yield { kind: 'interim', text }
  }
  await feeding
  if (signal.aborted) return
  const isTold = logprobs.map(({ token }) => token).join('') === text
  yield { kind: 'final', text, ...(isTold && { logprobs }) }
}

/** How many utterances one worker hears at a time. */
export function pocketsphinxConcurrency(): number {
  return 2 * availableParallelism()
}

async function feed(decoder: Decoder, first: Int16Array, rest: AsyncIterable<Int16Array>): Promise<void> {
  await decoder.hear(first)
  for await (const frame of rest) await decoder.hear(frame)
  decoder.end()
}

async function checkProgram(env: NodeJS.ProcessEnv): Promise<void> {
  try {
    await promisify(execFile)('/bin/sh', ['-c', 'command -v pocketsphinx_continuous'], { env })
  } catch (cause) {
    throw pocketsphinxMissing({ cause })
  }
}

function refuseOtherThanEnglish(language: string | undefined): void {
  if (language === undefined || /^en\b/i.test(language)) return
  throw new Failure('engine', 'unsupported_language', 'The engine pocketsphinx understands English only', {
    retryable: false,
  })
}
