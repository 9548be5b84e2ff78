import { loadConfig } from '@voicebox/config'
import { Failure } from '@voicebox/kernel'

/** How a supervised process tells its parent that it serves; `summary` is one line for people. */
export interface ReadyMessage {
  kind: 'ready'
  summary: string
  /** Where it listens, if it does. */
  urls?: string[]
}

export type RunApp = (
  env: NodeJS.ProcessEnv,
  signal: AbortSignal,
  ready: (message: ReadyMessage) => void,
) => Promise<void>

/** One Ctrl-C may come several times: from the terminal, from npm, from the parent. */
const echoMs = 500

/** How long a process may take to leave: what it drains within, and some time to close what it used. */
export function graceMsFor(drainMs: number): number {
  return drainMs + 5_000
}

/**
 * Runs an app as this process's whole purpose. SIGINT, SIGTERM and the loss of the parent ask it to leave; a second
 * signal, or `graceMs` without leaving, ends it at once. Exit codes: 0 left as asked, also where something that it
 * depends on was away; 1 failed, 2 wrong configuration.
 */
export async function runProcess(
  host: NodeJS.Process,
  run: RunApp,
  graceMs = graceMsFor(drainMsIn(host.env)),
): Promise<void> {
  const leave = new AbortController()
  let askedAtMs = 0
  const ask = (): void => {
    if (leave.signal.aborted) {
      if (performance.now() - askedAtMs > echoMs) host.exit(1)
      return
    }
    askedAtMs = performance.now()
    leave.abort()
    setTimeout(() => host.exit(1), graceMs).unref()
  }
  host.on('SIGINT', ask)
  host.on('SIGTERM', ask)
  host.on('disconnect', () => {
    if (!leave.signal.aborted) ask()
  })
  if (isOrphan(host)) ask()
  try {
    await run(host.env, leave.signal, (message) => {
      if (host.connected) host.send?.(message, () => {}) // a parent that is gone is heard of otherwise
    })
    host.exit(0)
  } catch (error) {
    host.stderr.write(`${describe(error)}\n`, () => host.exit(exitCode(error, leave.signal.aborted)))
  }
}

/** Whether its parent was gone before anybody listened for that. Who was started without a channel has no `connected`. */
function isOrphan({ connected }: { connected?: boolean }): boolean {
  return connected === false
}

/** A wrong one is the app's to report. */
function drainMsIn(env: NodeJS.ProcessEnv): number {
  try {
    return loadConfig(env, ['drainMs']).config.drainMs
  } catch {
    return loadConfig({}, ['drainMs']).config.drainMs
  }
}

function exitCode(error: unknown, wasAskedToLeave: boolean): 0 | 1 | 2 {
  if (!(error instanceof Failure)) return 1
  if (error.code === 'invalid_configuration') return 2
  return wasAskedToLeave && error.kind === 'dependency' ? 0 : 1
}

function describe(error: unknown): string {
  if (error instanceof Failure && error.kind !== 'bug') return error.message
  return error instanceof Error ? (error.stack ?? error.message) : String(error)
}
