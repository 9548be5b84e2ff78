import { conform, type ExitCode } from '../conform.ts'
import { key } from './fake-server.ts'

export interface Ran {
  code: ExitCode
  said: string
  complained: string
}

/** Runs the suite as the command line would, with the tests' key. */
export async function runConform(...args: readonly string[]): Promise<Ran> {
  let said = ''
  let complained = ''
  const code = await conform(
    args,
    { CONFORMANCE_KEY: key },
    {
      write: (text) => void (said += text),
      complain: (text) => void (complained += text),
      isColourful: false,
      isTalkative: true,
    },
  )
  return { code, said, complained }
}
