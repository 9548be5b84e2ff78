import { type ChildProcess, fork } from 'node:child_process'
import { createWriteStream, type WriteStream } from 'node:fs'
import { sleep } from '@voicebox/kernel'

export interface StageProcess {
  /** Null while it does not run. */
  readonly pid: number | null
  /** Resolves when it serves. One that ends before is started again, as a supervisor would. */
  start(): Promise<void>
  /** Resolves when it is gone, with how long that took. */
  end(signal: 'SIGTERM' | 'SIGKILL'): Promise<{ tookMs: number; code: number | null }>
  freeze(): void
  thaw(): void
  close(): Promise<void>
}

export interface ProcessOptions {
  entry: string
  env: NodeJS.ProcessEnv
  logFile: string
  /** It ended although nobody had asked it to, while it served. */
  onDeath(how: string): void
}

/** A process of the installation, whose output goes to its log file. */
export function makeProcess({ entry, env, logFile, onDeath }: ProcessOptions): StageProcess {
  const output = createWriteStream(logFile, { flags: 'a' })
  let child: ChildProcess | null = null
  let isClosed = false

  async function end(signal: 'SIGTERM' | 'SIGKILL'): Promise<{ tookMs: number; code: number | null }> {
    const ending = child
    child = null
    const startMs = performance.now()
    const code = ending === null ? null : await endChild(ending, signal)
    return { tookMs: performance.now() - startMs, code }
  }

  return {
    get pid() {
      return child?.pid ?? null
    },
    async start() {
      for (let attempt = 0; !isClosed; attempt += 1) {
        const started = startChild(entry, env, output)
        child = started
        const giveUp = setTimeout(() => started.kill('SIGKILL'), longestStartMs)
        const isUp = await served(started)
        clearTimeout(giveUp)
        if (isUp) {
          started.once('exit', (code, signal) => {
            if (child === started) onDeath(`${signal ?? code}`)
          })
          return
        }
        if (attempt === mostStarts) throw new Error(`${entry} does not start; see ${logFile}`)
        await sleep(500)
      }
    },
    end,
    freeze: () => void child?.kill('SIGSTOP'),
    thaw: () => void child?.kill('SIGCONT'),
    async close() {
      isClosed = true
      child?.kill('SIGCONT')
      await end('SIGTERM')
      output.end()
    },
  }
}

function startChild(entry: string, env: NodeJS.ProcessEnv, output: WriteStream): ChildProcess {
  const child = fork(entry, { env, execArgv: [], stdio: ['ignore', 'pipe', 'pipe', 'ipc'] })
  for (const stream of [child.stdout, child.stderr]) stream?.pipe(output, { end: false })
  return child
}

function served(child: ChildProcess): Promise<boolean> {
  return new Promise((resolve) => {
    child.once('message', () => resolve(true))
    child.once('exit', () => resolve(false))
    child.once('error', () => resolve(false))
  })
}

/** Answers the exit code. One that does not leave within its deadline is killed. */
async function endChild(child: ChildProcess, signal: 'SIGTERM' | 'SIGKILL'): Promise<number | null> {
  if (child.exitCode !== null || child.signalCode !== null) return child.exitCode
  const ended = new Promise<number | null>((resolve) => child.once('exit', resolve))
  child.kill(signal)
  const timer = setTimeout(() => child.kill('SIGKILL'), longestDrainMs)
  const code = await ended
  clearTimeout(timer)
  return code
}

/** More than any process may take to leave, and to start, the return of Redis included. */
const longestDrainMs = 30_000
const longestStartMs = 60_000
/** A process may end at its start because Redis is away. */
const mostStarts = 5
