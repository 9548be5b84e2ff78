import type { Clock } from '@voicebox/kernel'

/** Ends a connection that is no longer wanted, or that keeps one waiting for too long. */
export interface ConnectionWatch {
  /** Aborted when the connection is to be closed. */
  signal: AbortSignal
  /** Gives the provider `ms` for what comes next, instead of what was expected before. */
  expect(what: string, ms: number): void
  /** Expects nothing for now: it is not the provider who is being waited for. */
  rest(): void
  /** What did not come in time. */
  overdue(): string | undefined
  /** Closes the connection, if it is not at its end. */
  close(): void
}

export function watchConnection(clock: Clock, leave: readonly AbortSignal[]): ConnectionWatch {
  const ended = new AbortController()
  let rest = (): void => {}
  let late: string | undefined
  return {
    signal: AbortSignal.any([...leave, ended.signal]),
    expect(what, ms) {
      rest()
      rest = clock.after(ms, () => {
        late = what
        ended.abort()
      })
    },
    rest: () => rest(),
    overdue: () => late,
    close() {
      rest()
      ended.abort()
    },
  }
}
