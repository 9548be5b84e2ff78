import { makeSlots } from '@voicebox/kernel'
import { type ProgramOptions, type RunningProgram, startProgram } from './start-program.ts'

/** Runs one program for many calls, a bounded number of processes at a time. */
export interface Programs {
  /** Starts it when its turn comes. */
  start(options: Omit<ProgramOptions, 'path'>): Promise<RunningProgram>
  /** Resolves when all processes have ended; those who use it abort them. */
  close(): Promise<void>
}

export function makePrograms(path: string, maxProcesses: number): Programs {
  const slots = makeSlots(maxProcesses)
  return {
    async start(options) {
      const release = await slots.take(options.signal)
      try {
        const program = startProgram({ path, ...options })
        program.ended.then(release, release) // it may end before its consumer comes back
        return program
      } catch (error) {
        release()
        throw error
      }
    },
    close: () => slots.close(),
  }
}
