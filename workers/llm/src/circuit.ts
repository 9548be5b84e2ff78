import { type Closable, Failure, type Log } from '@voicebox/kernel'
import CircuitBreaker from 'opossum'

export interface CircuitOptions {
  /** Whose circuit it is, for the log. */
  name: string
  log: Log
  /** Failures in a row that open the circuit. */
  failuresToOpen?: number
  /** How long an open circuit lets nothing through, before it lets one attempt try. */
  openMs?: number
  /** Told the state at first, and whenever it changes. */
  onState?(state: CircuitState): void
}

/** 0: closed; 1: one attempt tries whether the provider answers again; 2: open. */
export type CircuitState = 0 | 1 | 2

/** Keeps requests from a provider that has been failing. */
export interface Circuit extends Closable {
  /**
   * Runs the attempt, or throws `circuit_open` without running it. While one attempt tries an open circuit, no other is
   * let through. A failure of the attempt is thrown as it is, and counted as by `failed`.
   */
  attempt<T>(run: () => Promise<T>): Promise<T>
  /** What an attempt had begun came to its end. */
  succeeded(): void
  /** What an attempt had begun failed later on. */
  failed(failure: unknown): void
}

/**
 * Opossum holds the state, the trial and the time. It opens by the share of failures in a rolling window only, which
 * cannot say "five in a row" (and by its own clock has forgotten the start of a request that hangs), so that its own
 * count is put out of action by the volume threshold and failures are counted here.
 */
export function makeCircuit(options: CircuitOptions): Circuit {
  const { name, log, failuresToOpen = 5, openMs = 30_000, onState = () => {} } = options
  const breaker: CircuitBreaker<[() => Promise<unknown>]> = new CircuitBreaker((run) => run(), {
    timeout: false,
    resetTimeout: openMs,
    volumeThreshold: Number.MAX_SAFE_INTEGER,
    rollingPercentilesEnabled: false,
    enableSnapshots: false,
    // a trial that was given up has proved nothing, so that the circuit stays open for another while
    errorFilter: (error: unknown) => !isCounted(error) && !(breaker.halfOpen && isAborted(error)),
  })
  let failures = 0
  onState(0)
  breaker.on('open', () => {
    onState(2)
    log.warn({ provider: name, openMs }, 'The circuit of a provider has opened.')
  })
  breaker.on('halfOpen', () => {
    onState(1)
    log.info({ provider: name }, 'The next request tries a provider whose circuit is open.')
  })
  breaker.on('close', () => {
    onState(0)
    failures = 0
    log.info({ provider: name }, 'The circuit of a provider has closed.')
  })
  const failed = (failure: unknown): void => {
    if (!isCounted(failure)) return
    failures += 1
    if (failures >= failuresToOpen) breaker.open()
  }
  return {
    async attempt<T>(run: () => Promise<T>) {
      try {
        return (await breaker.fire(run)) as T
      } catch (error) {
        if (CircuitBreaker.isOurError(error as Error)) {
          throw new Failure('capacity', 'circuit_open', `${name} has been failing and is not asked for now`)
        }
        failed(error)
        throw error
      }
    },
    succeeded() {
      failures = 0
    },
    failed,
    close: () => breaker.shutdown(),
  }
}

/** Neither an abort nor a request that the provider refuses says that the provider is unwell. */
function isCounted(error: unknown): boolean {
  return !isAborted(error) && !(error instanceof Failure && error.code === 'request_rejected')
}

function isAborted(error: unknown): boolean {
  return error instanceof Failure && error.code === 'aborted'
}
