import { type ChildProcessByStdio, spawn } from 'node:child_process'
import { basename } from 'node:path'
import type { Readable, Writable } from 'node:stream'
import { Failure } from '@voicebox/kernel'

export interface ProgramOptions {
  path: string
  args: readonly string[]
  /** Given to it on its standard input. */
  input: string
  /** Kills it at once. */
  signal: AbortSignal
  /** An open file, which the program finds as its descriptor 3. */
  file?: number
}

/** A program that runs. Its output is read or thrown away by whoever started it, or it would never end. */
export interface RunningProgram {
  readonly output: Readable
  /** Resolves when it has ended well; rejects with a `Failure` otherwise. May be left unobserved. */
  readonly ended: Promise<void>
}

/** Starts a program without a shell. */
export function startProgram({ path, args, input, signal, file }: ProgramOptions): RunningProgram {
  const child = spawn(path, args, {
    stdio: ['pipe', 'pipe', 'pipe', ...(file === undefined ? [] : [file])],
    signal,
    killSignal: 'SIGKILL',
  }) as ChildProcessByStdio<Writable, Readable, Readable>
  const { promise: ended, resolve, reject } = Promise.withResolvers<void>()
  const fail = (reason: string, cause?: unknown): void =>
    reject(new Failure('engine', 'program_failed', `${basename(path)} failed: ${reason}`, { cause }))
  let complaint = ''

  child.once('error', (error) => fail(error.message, error))
  child.once('close', (code, killedBy) => {
    if (code === 0) resolve()
    else fail(killedBy ?? `exit code ${code}`, complaint === '' ? undefined : new Error(complaint))
  })
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    complaint = (complaint + text).slice(0, maxComplaint)
  })
  child.stdin.on('error', () => undefined) // it may end without having read everything
  child.stdin.end(input)
  // Output that nobody reads any more must not keep it from closing.
  const dropOutput = (): void => void child.stdout.destroy()
  if (signal.aborted) dropOutput()
  signal.addEventListener('abort', dropOutput, { once: true })
  ended
    .catch(() => undefined)
    .finally(() => signal.removeEventListener('abort', dropOutput))
    .catch(() => undefined)
  return { output: child.stdout, ended }
}

const maxComplaint = 2_000
