import { Worker } from 'node:worker_threads'
import type { VadCommand, VadReply, VadThreadOptions } from './vad-messages.ts'

/** One run of the voice activity thread. */
export interface VadWorker {
  post(batch: VadCommand[]): void
  /**
   * Asks the thread to end and waits up to two seconds; `onEnd` is not called then. Never by force: a thread terminated
   * inside the inference aborts the whole process (`terminate called after throwing an instance of 'Napi::Error'`).
   */
  close(): Promise<void>
}

export interface VadWorkerEvents {
  onReply(reply: VadReply): void
  /** The thread is gone, and nobody asked for it. */
  onEnd(cause: Error): void
}

export function startVadWorker(options: VadThreadOptions, { onReply, onEnd }: VadWorkerEvents): VadWorker {
  const worker = new Worker(new URL('./vad-thread.ts', import.meta.url), {
    name: 'voice-activity',
    workerData: options,
  })
  const ended = Promise.withResolvers<void>()
  let isClosing = false
  let cause: Error | undefined
  worker.on('message', (reply: VadReply) => {
    if (!isClosing) onReply(reply)
  })
  worker.once('error', (error: Error) => {
    cause = error
  })
  worker.once('exit', (code) => {
    ended.resolve()
    if (!isClosing) onEnd(cause ?? new Error(`The voice activity thread exited with code ${code}`))
  })
  return {
    post(batch) {
      const transfer = batch.flatMap((command) => (command.kind === 'write' ? [command.samples.buffer] : []))
      worker.postMessage(batch, transfer)
    },
    async close() {
      isClosing = true
      worker.postMessage([{ kind: 'stop' }] satisfies VadCommand[])
      const bound = setTimeout(ended.resolve, stopMs)
      await ended.promise
      clearTimeout(bound)
      worker.unref()
    },
  }
}

const stopMs = 2_000
