import { parentPort } from 'node:worker_threads'
import { toFailure } from '@voicebox/kernel'
import type { Device } from '@voicebox/inference'
import type { ThreadCommand, ThreadReply } from './thread-messages.ts'

/** A model that was loaded in this thread. */
export interface SpeechModel<Request> {
  device: Device
  /** Answers samples between -1 and 1. May block the thread. */
  infer(request: Request): Promise<Float32Array>
}

/** The life of an inference thread: loads the model, says so, and answers one request after the other until told to stop. */
export async function serveInference<Request>(load: () => Promise<SpeechModel<Request>>): Promise<void> {
  const port = parentPort
  if (port === null) throw new Error('This file is run as a worker thread')
  const reply = (message: ThreadReply): void =>
    port.postMessage(message, message.kind === 'audio' ? [message.samples.buffer] : [])
  try {
    const model = await load()
    port.on('message', (command: ThreadCommand<Request>) => {
      if (command.kind === 'stop') return port.close() // nothing keeps the thread alive then
      model.infer(command.request).then(
        (audio) => reply({ kind: 'audio', samples: toPcm16(audio) }),
        (error: unknown) => reply({ kind: 'failed', message: toFailure(error).message }),
      )
    })
    reply({ kind: 'ready', device: model.device })
  } catch (error) {
    const { code, message } = toFailure(error)
    reply({ kind: 'unusable', code, message })
  }
}

function toPcm16(audio: Float32Array): Int16Array<ArrayBuffer> {
  return Int16Array.from(audio, (sample) => Math.round(Math.max(-1, Math.min(1, sample)) * 32_767))
}
