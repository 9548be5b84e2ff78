import { Worker } from 'node:worker_threads'
import { Failure } from '@voicebox/kernel'
import type { BatchedWork } from './batches.ts'
import type {
  Transcript,
  WhisperCommand,
  WhisperModelFacts,
  WhisperReply,
  WhisperThreadOptions,
  WindowWork,
} from './messages.ts'

/** One run of the thread that Whisper runs on. */
export interface Inference {
  readonly model: WhisperModelFacts
  /** False once the thread is gone; it does not come back. */
  readonly isAlive: boolean
  /** Recognizes the windows together, one batch at a time. Rejects by `Failure` when the batch failed or the thread died. */
  recognize(batch: readonly Work[]): Promise<void>
  /**
   * Asks the thread to end, and waits for it for some seconds. Never by force: a thread that is terminated inside the
   * inference aborts the whole process.
   */
  close(): Promise<void>
}

type Work = BatchedWork<WindowWork, Transcript>

/** Resolves when the thread has loaded its model; throws the `Failure` if it cannot. */
export async function startInference(options: WhisperThreadOptions): Promise<Inference> {
  const worker = new Worker(new URL('./whisper-thread.ts', import.meta.url), { name: 'whisper', workerData: options })
  const ready = Promise.withResolvers<WhisperModelFacts>()
  const ended = Promise.withResolvers<void>()
  const works = new Map<number, Work>()
  let batch: PromiseWithResolvers<void> | undefined
  let lastWork = 0
  let isAlive = true
  let cause: Error | undefined

  worker.on('message', (reply: WhisperReply) => {
    switch (reply.kind) {
      case 'ready':
        return ready.resolve(reply.model)
      case 'unable':
        return ready.reject(new Failure('engine', reply.code, reply.message, { retryable: false }))
      case 'recognized':
        return works.get(reply.id)?.finish(reply.transcript)
      case 'done':
        return batch?.resolve()
      case 'failed':
        return batch?.reject(new Failure('engine', 'recognition_failed', `Whisper has failed: ${reply.message}`))
    }
  })
  worker.once('error', (error: Error) => (cause = error))
  worker.once('exit', (code) => {
    isAlive = false
    cause ??= new Error(`The thread exited with code ${code}`)
    const failure = new Failure('engine', 'recognizer_crashed', 'Speech recognition has crashed', { cause })
    ready.reject(failure)
    batch?.reject(failure)
    ended.resolve()
  })
  const post = (command: WhisperCommand, transfer: ArrayBuffer[] = []): void => worker.postMessage(command, transfer)

  return {
    model: await ready.promise,
    get isAlive() {
      return isAlive
    },
    async recognize(given) {
      batch = Promise.withResolvers()
      for (const work of given) works.set((lastWork += 1), work)
      const abandons = [...works].map(([id, { signal }]) => onAbort(signal, () => post({ kind: 'abandon', id })))
      try {
        const sent = [...works].map(([id, { work }]) => ({ id, work }))
        post(
          { kind: 'recognize', works: sent },
          sent.map(({ work }) => work.samples.buffer),
        )
        await batch.promise
      } finally {
        for (const dismiss of abandons) dismiss()
        works.clear()
        batch = undefined
      }
    },
    async close() {
      if (!isAlive) return
      post({ kind: 'stop' })
      const bound = setTimeout(ended.resolve, stopMs)
      await ended.promise
      clearTimeout(bound)
      worker.unref()
    },
  }
}

/** Longer than one step of inference takes, which nothing can interrupt. */
const stopMs = 8_000

/** Calls back on abort, unless it is dismissed before by what this returns. */
function onAbort(signal: AbortSignal, run: () => void): () => void {
  signal.addEventListener('abort', run, { once: true })
  return () => signal.removeEventListener('abort', run)
}
