import { createServer } from 'node:net'
import { Failure, sleep } from '@voicebox/kernel'

interface Listening {
  host: string
  port: number
  /** The variable that sets the port, for the message. */
  setting: string
}

/**
 * Refuses a port that is taken, in words that name it: some servers would share it silently. Waits up to `waitMs` for a
 * predecessor that is just leaving.
 */
export async function ensurePortFree(listening: Listening, waitMs: number, signal: AbortSignal): Promise<void> {
  const giveUpAtMs = performance.now() + waitMs
  for (;;) {
    const code = await tryListening(listening)
    if (code === undefined || signal.aborted) return
    if (code !== 'EADDRINUSE' || performance.now() >= giveUpAtMs) throw refusal(listening, code)
    await sleep(100, signal)
  }
}

/** Listens for a moment; answers the error's code where that fails. */
function tryListening({ host, port }: Listening): Promise<string | undefined> {
  return new Promise((resolve) => {
    const server = createServer()
    server.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message))
    server.listen({ host, port, exclusive: true }, () => server.close(() => resolve(undefined)))
  })
}

function refusal({ host, port, setting }: Listening, code: string): Failure {
  const reasons: Record<string, string> = {
    EADDRINUSE: `${setting}: port ${port} on ${host} is in use: stop what listens there, or set ${setting} to another port (0 picks a free one).`,
    EACCES: `${setting}: port ${port} may not be opened by this user; choose one above 1023.`,
  }
  const message = reasons[code] ?? `VOICEBOX_HOST: cannot listen on ${host} (${code}).`
  return new Failure('client', 'invalid_configuration', message)
}
