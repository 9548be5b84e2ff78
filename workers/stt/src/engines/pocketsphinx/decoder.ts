import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { Failure } from '@voicebox/kernel'
import { type Line, lineOf } from './lines.ts'

/** One process that hears one utterance. */
export interface Decoder {
  readonly isAlive: boolean
  /** Takes a frame; resolves when it may have the next one. Frames for a process that is gone are dropped. */
  hear(frame: Int16Array): Promise<void>
  /** Says that the utterance is over. */
  end(): void
  /**
   * What was understood: each phrase as soon as the speaker pauses after it, and then its words; ends when all was heard
   * or after `kill`. Throws `Failure` if the process failed. To be read once.
   */
  lines(): AsyncIterable<Line>
  /** Ends it at once; resolves when nothing of it is left. */
  kill(): Promise<void>
}

/** Starts a decoder, which loads its model and then waits for its utterance. */
export function startDecoder(env: NodeJS.ProcessEnv): Decoder {
  const child = spawn('/bin/sh', ['-c', pipeline], { stdio: ['pipe', 'pipe', 'ignore'], detached: true, env })
  const { stdin, stdout } = child
  const closed = new Promise<void>((resolve) => child.once('close', () => resolve()))
  let isKilled = false
  let startFailure: Error | undefined
  child.once('error', (error) => (startFailure = error))
  stdin.on('error', () => {}) // it has ended; its exit code says why

  return {
    get isAlive() {
      return isRunning(child)
    },
    async hear(frame) {
      const bytes = new Uint8Array(frame.buffer, frame.byteOffset, frame.byteLength)
      if (!stdin.writable || stdin.write(bytes)) return
      await Promise.race([once(stdin, 'drain').catch(() => {}), closed])
    },
    end: () => stdin.end(),
    async *lines() {
      for await (const printed of createInterface({ input: stdout })) {
        const line = lineOf(printed)
        if (line !== null) yield line
      }
      await closed
      if (!isKilled && child.exitCode !== 0) throw failureOf(child.exitCode, startFailure)
    },
    async kill() {
      isKilled = true
      if (isRunning(child) && child.pid !== undefined) endGroup(child.pid)
      stdin.destroy()
      stdout.resume() // unread output would keep it from closing
      await closed
    },
  }
}

/**
 * A constant: nothing of a user is ever part of a command line. The program opens its input by name, which works for a
 * pipe but not for the socket that Node gives a child, hence `cat`. The trap lets the shell outlive the other two and
 * reap them when the group is ended.
 */
const pipeline = 'trap : TERM; cat | pocketsphinx_continuous -infile /dev/stdin -time yes -logfn /dev/null'

const programMissing = 127

function isRunning({ pid, exitCode, signalCode }: ChildProcess): boolean {
  return pid !== undefined && exitCode === null && signalCode === null
}

function endGroup(pid: number): void {
  try {
    process.kill(-pid, 'SIGTERM')
  } catch {
    // it has ended by itself
  }
}

function failureOf(exitCode: number | null, cause: Error | undefined): Failure {
  if (exitCode === programMissing || cause !== undefined) return pocketsphinxMissing({ cause })
  return new Failure('engine', 'recognizer_failed', `pocketsphinx_continuous ended with code ${exitCode}. ${remedy}`)
}

export function pocketsphinxMissing(options: { cause?: unknown } = {}): Failure {
  const message = `The program pocketsphinx_continuous is missing. ${remedy}`
  return new Failure('engine', 'program_missing', message, { ...options, retryable: false })
}

const remedy = 'Install it with: apt-get install pocketsphinx pocketsphinx-en-us'
