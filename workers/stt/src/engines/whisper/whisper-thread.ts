import { parentPort, workerData } from 'node:worker_threads'
import { chooseDevice } from '@voicebox/inference'
import { toFailure } from '@voicebox/kernel'
import type { Transcript, WhisperCommand, WhisperReply, WhisperThreadOptions } from './messages.ts'
import { type WhisperModel, loadWhisper } from './whisper-model.ts'

// The thread that Whisper runs on. Inference blocks the loop that it runs on, so it has a loop of its own. What it cannot
// handle ends the thread, which the other side notices.

if (parentPort === null) throw new Error('This file is run as a worker thread')
const port = parentPort
const abandoned = new Set<number>()
let isStopped = false

try {
  const options = workerData as WhisperThreadOptions
  const whisper = await loadWhisper(options, await chooseDevice(options.device))
  await warmUp(whisper)
  port.on('message', (command: WhisperCommand) => obey(whisper, command))
  reply({ kind: 'ready', model: whisper.facts })
} catch (error) {
  const { kind, code, message } = toFailure(error)
  reply({ kind: 'unable', code: kind === 'bug' ? 'model_unusable' : code, message })
}

function obey(whisper: WhisperModel, command: WhisperCommand): void {
  switch (command.kind) {
    case 'recognize':
      return void recognize(whisper, command.works)
    case 'abandon':
      return void abandoned.add(command.id)
    case 'stop':
      isStopped = true
      return port.close() // leaves nothing that keeps the thread alive
  }
}

/** Never rejects. */
async function recognize(whisper: WhisperModel, works: WorksOf<WhisperCommand>): Promise<void> {
  try {
    const rows = works.map(({ id, work }) => ({
      work,
      isWanted: () => !isStopped && !abandoned.has(id),
      onTranscript: (transcript: Transcript) => reply({ kind: 'recognized', id, transcript }),
    }))
    await whisper.transcribe(rows)
    reply({ kind: 'done' })
  } catch (error) {
    reply({ kind: 'failed', message: toFailure(error).message })
  }
  abandoned.clear()
}

type WorksOf<C> = C extends { works: infer Works } ? Works : never

/** The first inference is slower than all others. */
async function warmUp(whisper: WhisperModel): Promise<void> {
  await whisper.transcribe([{ work: { samples: new Int16Array(1_600) }, isWanted: () => true, onTranscript: () => {} }])
}

function reply(message: WhisperReply): void {
  port.postMessage(message)
}
