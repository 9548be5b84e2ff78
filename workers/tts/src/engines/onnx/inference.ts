import { type Closable, makeSlots } from '@voicebox/kernel'
import type { Device } from '@voicebox/inference'
import { type InferenceThread, startInferenceThread } from './inference-thread.ts'

/** A speech model in a thread of its own, because inference blocks the thread that it runs on. */
export interface Inference<Request> extends Closable {
  /** Where the model runs. */
  readonly device: Device
  /**
   * Answers the audio of one request; they run one at a time, in order. An abort rejects at once, though an inference
   * under way runs to its end. When the thread dies the call fails, and the next one starts it again.
   */
  infer(request: Request, signal: AbortSignal): Promise<Int16Array>
  close(): Promise<void>
}

/** Resolves when the model is loaded. `entry` is a module that calls `serveInference`. */
export async function openInference<Request>(entry: URL, workerData: object): Promise<Inference<Request>> {
  const slots = makeSlots(1)
  let thread: InferenceThread<Request> = startInferenceThread(entry, workerData)
  const device = await thread.ready

  async function ask(request: Request): Promise<Int16Array> {
    if (thread.isGone) thread = startInferenceThread(entry, workerData)
    await thread.ready
    return thread.infer(request)
  }

  return {
    device,
    async infer(request, signal) {
      const release = await slots.take(signal)
      const answer = ask(request)
      answer.then(release, release) // not at the abort: the thread is busy until it answers
      return orAbort(answer, signal)
    },
    close: () => thread.close(),
  }
}

function orAbort<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const leave = (): void => reject(signal.reason as Error)
    if (signal.aborted) leave()
    signal.addEventListener('abort', leave, { once: true })
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', leave))
  })
}
