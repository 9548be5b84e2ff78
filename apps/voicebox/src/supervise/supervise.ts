import { type Closable, Failure, aborted, sleep } from '@voicebox/kernel'
import type { ReadyMessage } from '@voicebox/telemetry'
import { type BackOff, defaultBackOff, delayMs } from './back-off.ts'
import { type Child, type ChildEnd, type ChildSpec, startChild } from './start-child.ts'

export interface SupervisedSpec extends ChildSpec {
  backOff?: BackOff
  /** A start that takes longer counts as a death. */
  readyWithinMs?: number
  /** How long it may take to leave before it is killed. */
  leaveWithinMs?: number
}

/** What a supervisor tells. `onReady` comes at each readiness, `onRestart` before each wait. */
export interface Listener {
  onLine(name: string, line: string): void
  onReady?(name: string, message: ReadyMessage): void
  onRestart?(name: string, reason: string, afterMs: number): void
}

export interface Supervised extends Closable {
  readonly name: string
  /** Its first readiness; rejects with a `Failure` carrying the child's own message when it cannot start. */
  readonly started: Promise<ReadyMessage>
  /**
   * Asks it to leave, as `close` does, and starts it again. Resolves when the successor is ready, rejects with a `Failure`
   * when that one ends before; it is kept running all the same. Only for a process that was ready once.
   */
  restart(): Promise<void>
  /** Asks it to leave, kills it at its deadline or when `hurry` is aborted, and resolves when it is gone. */
  close(): Promise<void>
}

/**
 * Keeps a process running: a dead one is started again with exponential back-off. Until its first readiness, exit code 2
 * (wrong configuration) or too many deaths in a row end the supervision instead.
 */
export function supervise(spec: SupervisedSpec, listener: Listener, hurry: AbortSignal): Supervised {
  const leave = new AbortController()
  const started = Promise.withResolvers<ReadyMessage>()
  started.promise.catch(() => {}) // whoever awaits `started` sees it; nobody has to
  let child: Child | undefined
  let asked: Child | undefined
  let renewal: PromiseWithResolvers<void> | undefined // asked for, and the successor is not ready yet

  const running = keepRunning()
  return {
    name: spec.name,
    started: started.promise,
    restart() {
      if (leave.signal.aborted) return Promise.reject(stopped(spec.name))
      if (renewal === undefined) {
        renewal = Promise.withResolvers()
        void endInTime()
      }
      return renewal.promise
    },
    async close() {
      leave.abort()
      void endInTime()
      await running
    },
  }

  /** Asks what runs to leave, once, and kills it at its deadline or when there is no time. */
  async function endInTime(): Promise<void> {
    const current = child
    if (current === undefined || current === asked) return
    asked = current
    current.ask()
    const gone = new AbortController()
    void current.ended.then(() => gone.abort())
    await Promise.race([sleep(spec.leaveWithinMs ?? 10_000, gone.signal), aborted(hurry)])
    if (!gone.signal.aborted) current.kill()
  }

  async function keepRunning(): Promise<void> {
    const backOff = spec.backOff ?? defaultBackOff
    let deaths = 0
    let hasServed = false
    while (!leave.signal.aborted) {
      const renewing = renewal
      const { end, servedMs } = await runOnce(renewing)
      if (leave.signal.aborted) break
      hasServed ||= servedMs !== undefined
      if (renewal !== undefined) {
        if (renewal !== renewing) continue // it left because it was asked to
        renewal.reject(startFailure(spec.name, end))
        renewal = undefined
      }
      deaths = servedMs !== undefined && servedMs >= backOff.healthyAfterMs ? 1 : deaths + 1
      if (!hasServed && (end.code === 2 || deaths >= backOff.startAttempts)) {
        started.reject(startFailure(spec.name, end))
        return
      }
      const waitMs = delayMs(backOff, deaths)
      listener.onRestart?.(spec.name, describeEnd(end), waitMs)
      await sleep(waitMs, leave.signal)
    }
    started.reject(stopped(spec.name))
    renewal?.reject(stopped(spec.name))
  }

  async function runOnce(
    renewing: PromiseWithResolvers<void> | undefined,
  ): Promise<{ end: ChildEnd; servedMs: number | undefined }> {
    let readyAtMs: number | undefined
    const current = startChild(spec, {
      onLine: (line) => listener.onLine(spec.name, line),
      onReady(message) {
        clearTimeout(tooSlow)
        readyAtMs = performance.now()
        listener.onReady?.(spec.name, message)
        started.resolve(message)
        if (renewing === undefined || renewal !== renewing) return // it may have been asked to leave already
        renewing.resolve()
        renewal = undefined
      },
    })
    const tooSlow = setTimeout(() => current.kill(), spec.readyWithinMs ?? 120_000)
    child = current
    const end = await current.ended
    clearTimeout(tooSlow)
    child = undefined
    return { end, servedMs: readyAtMs === undefined ? undefined : performance.now() - readyAtMs }
  }
}

function stopped(name: string): Failure {
  return new Failure('client', 'stopped', `${name} was stopped before it was ready`)
}

function startFailure(name: string, end: ChildEnd): Failure {
  const says = end.lastWords === '' ? describeEnd(end) : end.lastWords
  return end.code === 2
    ? new Failure('client', 'invalid_configuration', says)
    : new Failure('dependency', 'start_failed', `${name} cannot start:\n${says}`)
}

function describeEnd(end: ChildEnd): string {
  const how = end.signal ?? `exit code ${end.code ?? 'unknown'}`
  const lines = end.lastWords.split('\n')
  const says = lines.find((line) => /^\w*Error\b/.test(line)) ?? lines.findLast((line) => /^\S/.test(line)) ?? ''
  return says === '' ? how : `${how}: ${says}`
}
