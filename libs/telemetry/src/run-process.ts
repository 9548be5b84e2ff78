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

/**
 * Runs an app as this process's whole purpose. SIGINT, SIGTERM and the loss of the parent ask it to leave; a second
 * signal, or `graceMs` without leaving, ends it at once. Exit codes: 0 left as asked, 1 failed, 2 wrong configuration.
 */
export async function runProcess(host: NodeJS.Process, run: RunApp, graceMs = 15_000): Promise<void> {
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
  try {
    await run(host.env, leave.signal, (message) => {
      if (host.connected) host.send?.(message)
    })
    host.exit(0)
  } catch (error) {
    const isConfiguration = error instanceof Failure && error.code === 'invalid_configuration'
    host.stderr.write(`${isConfiguration ? error.message : describe(error)}\n`, () =>
      host.exit(isConfiguration ? 2 : 1),
    )
  }
}

function describe(error: unknown): string {
  if (error instanceof Failure && error.kind !== 'bug') return error.message
  return error instanceof Error ? (error.stack ?? error.message) : String(error)
}
