import { type ChildProcess, fork } from 'node:child_process'
import { sleep } from '@voicebox/kernel'
import type { ReadyMessage } from '@voicebox/telemetry'
import { makeLastWords } from './last-words.ts'
import { makeLineSplitter } from './lines.ts'

export interface ChildSpec {
  /** Names it in logs and messages. */
  name: string
  /** Path of the module that it runs. */
  entry: string
  args?: readonly string[]
  /** Asked for at each start. */
  env(): NodeJS.ProcessEnv
}

export interface ChildEnd {
  code: number | null
  signal: NodeJS.Signals | null
  /** What it said last, for people; empty when it said nothing. */
  lastWords: string
}

export interface Child {
  /** Resolves once the process is gone and its output read. */
  readonly ended: Promise<ChildEnd>
  /** Asks it to leave. */
  ask(): void
  /** Ends it, and whatever it started, at once. */
  kill(): void
}

/**
 * Starts a module as a process group of its own, so that Ctrl-C in the terminal reaches the launcher alone. A child that
 * runs under `runProcess` leaves by itself when this process dies, however it dies.
 */
export function startChild(
  spec: ChildSpec,
  listen: { onReady(message: ReadyMessage): void; onLine(line: string): void },
): Child {
  const lastWords = makeLastWords()
  const child = fork(spec.entry, [...(spec.args ?? [])], {
    env: spec.env(),
    execArgv: [],
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  })
  child.on('message', (message) => {
    if (isReady(message)) listen.onReady(message)
  })
  const splitter = makeLineSplitter((line) => {
    lastWords.hear(line)
    listen.onLine(line)
  })
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (text: string) => splitter.write(text))
  }
  return {
    ended: end(child).then(({ code, signal, failure }) => {
      splitter.end()
      return { code, signal, lastWords: failure ?? lastWords.text() }
    }),
    ask: () => child.kill('SIGTERM'),
    kill: () => signalGroup(child, 'SIGKILL'),
  }
}

/** The end of the process, after which what it left behind is ended too; its pipes may be held open, so they are not waited for long. */
async function end(
  child: ChildProcess,
): Promise<{ code: number | null; signal: NodeJS.Signals | null; failure?: string }> {
  const closed = new Promise<void>((resolve) => child.once('close', () => resolve()))
  const exit = await new Promise<{ code: number | null; signal: NodeJS.Signals | null; failure?: string }>(
    (resolve) => {
      child.once('exit', (code, signal) => resolve({ code, signal }))
      child.once('error', (error) => {
        if (child.pid === undefined) resolve({ code: null, signal: null, failure: error.message })
      })
    },
  )
  signalGroup(child, 'SIGTERM')
  await Promise.race([closed, sleep(500)])
  child.stdout?.destroy()
  child.stderr?.destroy()
  return exit
}

function signalGroup(child: ChildProcess, signal: NodeJS.Signals): void {
  if (child.pid === undefined) return
  try {
    process.kill(-child.pid, signal)
  } catch {
    // the whole group is gone already
  }
}

function isReady(message: unknown): message is ReadyMessage {
  return typeof message === 'object' && message !== null && 'kind' in message && message.kind === 'ready'
}
