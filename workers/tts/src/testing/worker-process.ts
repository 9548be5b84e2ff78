import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

/** A speech worker in a process of its own, with the stub engine. */
export interface WorkerProcess {
  kill(signal: NodeJS.Signals): void
  /** How it ended: its exit code, or the signal that killed it. */
  ended: Promise<number | NodeJS.Signals | null>
}

/** Resolves when it serves. Whoever starts it kills it. */
export async function startWorkerProcess(redisUrl: string, env: NodeJS.ProcessEnv): Promise<WorkerProcess> {
  const child: ChildProcess = spawn(process.execPath, [fileURLToPath(new URL('../main.ts', import.meta.url))], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    env: {
      PATH: process.env['PATH'],
      REDIS_URL: redisUrl,
      VOICEBOX_TTS_ENGINE: 'stub',
      VOICEBOX_LOG_LEVEL: 'silent',
      ...env,
    },
  })
  const ended = once(child, 'exit').then(([code, signal]) => (code ?? signal) as number | NodeJS.Signals | null)
  await Promise.race([once(child, 'message'), ended.then(() => Promise.reject(new Error('The worker did not start')))])
  return { kill: (signal) => void child.kill(signal), ended }
}
