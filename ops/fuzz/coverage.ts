import { type Profiler, Session } from 'node:inspector'

/** Knows which code has run. */
export interface Coverage {
  /** The places that were reached since the last time, each with how often, about. */
  take(): Set<string>
  close(): void
}

/** Follows V8's own count of every block of the scripts whose address has one of these in it. */
export function openCoverage(within: readonly string[]): Coverage {
  const session = new Session()
  session.connect()
  // V8 answers before `post` returns
  const fail = (error: Error | null): void => {
    if (error) throw error
  }
  session.post('Profiler.enable', fail)
  session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: true }, fail)

  function scripts(): Profiler.ScriptCoverage[] {
    let answer: Profiler.ScriptCoverage[] = []
    session.post('Profiler.takePreciseCoverage', (error, { result }) => {
      fail(error)
      answer = result
    })
    return answer
  }

  return {
    take() {
      const reached = new Set<string>()
      for (const { scriptId, url, functions } of scripts()) {
        // what a schema compiles to has no address
        if (url !== '' && !within.some((part) => url.includes(part))) continue
        for (const { ranges } of functions) {
          for (const { startOffset, endOffset, count } of ranges)
            reached.add(`${scriptId} ${startOffset} ${endOffset} ${bucket(count)}`)
        }
      }
      return reached
    },
    close: () => session.disconnect(),
  }
}

/** That something runs five times where it ran four is no news. */
function bucket(count: number): number {
  return count < 4 ? count : Math.floor(Math.log2(count)) + 2
}
