import { Worker } from 'node:worker_threads'
import { Failure } from '@voicebox/kernel'
import type { Device } from '@voicebox/inference'
import type { ThreadCommand, ThreadReply } from './thread-messages.ts'

/** One run of an inference thread. */
export interface InferenceThread<Request> {
  /** Resolves when the model is loaded; rejects with the `Failure` if it cannot be. */
  readonly ready: Promise<Device>
  /** One at a time. Rejects with a `Failure` if the model cannot do it, or if the thread dies. */
  infer(request: Request): Promise<Int16Array>
  /** Whether it has died. */
  readonly isGone: boolean
  /**
   * Asks the thread to end and waits up to five seconds. Never by force: a thread that is terminated inside the inference
   * takes the whole process with it.
   */
  close(): Promise<void>
}

export function startInferenceThread<Request>(entry: URL, workerData: object): InferenceThread<Request> {
  const worker = new Worker(entry, { name: 'inference', workerData })
  const ready = Promise.withResolvers<Device>()
  const exited = Promise.withResolvers<void>()
  let pending: PromiseWithResolvers<Int16Array> | undefined
  let cause: Error | undefined
  let isGone = false
  ready.promise.catch(() => undefined)

  function onReply(reply: ThreadReply): void {
    switch (reply.kind) {
      case 'ready':
        return ready.resolve(reply.device)
      case 'unusable':
        return ready.reject(new Failure('engine', reply.code, reply.message, { retryable: false }))
      case 'audio':
        return pending?.resolve(reply.samples)
      case 'failed':
        return pending?.reject(new Failure('engine', 'inference_failed', reply.message))
    }
  }

  worker.on('message', onReply)
  worker.once('error', (error) => {
    cause = error
  })
  worker.once('exit', (code) => {
    isGone = true
    const reason = cause?.message ?? `exit code ${code}`
    const failure = new Failure('engine', 'inference_lost', `The speech model's thread has ended: ${reason}`, { cause })
    ready.reject(failure)
    pending?.reject(failure)
    exited.resolve()
  })
  const post = (command: ThreadCommand<Request>): void => worker.postMessage(command)

  return {
    ready: ready.promise,
    async infer(request) {
      pending = Promise.withResolvers()
      if (isGone) throw new Failure('engine', 'inference_lost', "The speech model's thread has ended")
      post({ kind: 'infer', request })
      return pending.promise
    },
    get isGone() {
      return isGone
    },
    async close() {
      post({ kind: 'stop' })
      const bound = setTimeout(exited.resolve, closeMs)
      await exited.promise
      clearTimeout(bound)
      worker.unref()
    },
  }
}

const closeMs = 5_000
