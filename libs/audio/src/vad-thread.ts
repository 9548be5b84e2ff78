import { setImmediate as nextTick } from 'node:timers/promises'
import { parentPort, workerData } from 'node:worker_threads'
import { loadGtcrn } from './gtcrn.ts'
import { makeHearing } from './hearing.ts'
import { makeResamplers } from './resampler.ts'
import { openSilero } from './silero.ts'
import type { VadCommand, VadReply, VadThreadOptions } from './vad-messages.ts'

// The voice activity thread. Inference blocks the loop that it runs on, so it has a loop of its own. What fails here ends
// the thread, which the other side notices.

if (parentPort === null) throw new Error('This file is run as a worker thread')
const port = parentPort
const { modelFile, maxStreams } = workerData as VadThreadOptions

const silero = await openSilero(modelFile)
const resamplers = await makeResamplers({ maxInstances: 2 * maxStreams }) // one pair for 24 kHz, one for 8 kHz
const hearing = makeHearing({ silero, resamplers, denoisers: await loadGtcrn() })
let isListening = false
let isStopped = false

port.on('message', (batch: VadCommand[]) => {
  for (const command of batch) {
    if (command.kind === 'stop') return stop()
    hearing.take(command)
  }
  if (!isListening) void listen()
})
reply({ kind: 'ready' })

async function listen(): Promise<void> {
  isListening = true
  while (!isStopped && hearing.hasWork) {
    const heard = await hearing.listen()
    if (heard.length > 0) reply({ kind: 'heard', heard })
    await nextTick() // lets in what came meanwhile
  }
  isListening = false
}

/** Leaves nothing that keeps the thread alive. */
function stop(): void {
  isStopped = true
  port.close()
}

function reply(message: VadReply): void {
  const transfer = message.kind === 'heard' ? message.heard.map(({ samples }) => samples.buffer) : []
  port.postMessage(message, transfer)
}
