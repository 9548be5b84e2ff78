import { execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

const run = promisify(execFile)
const folder = new URL('python/', import.meta.url)

/** A Python of its own that has the pinned client. */
export interface PythonClient {
  /** Runs a program of the folder `python`; answers what it prints. */
  run(program: string, args: readonly string[], env: Record<string, string>): Promise<string>
  close(): Promise<void>
}

/** Installs the client in a folder that is gone after `close`; where that cannot be done here, answers why. */
export async function installPythonClient(): Promise<PythonClient | { missing: string }> {
  const missing = await lackOfPython()
  if (missing !== null) return { missing }
  const venv = await mkdtemp(join(tmpdir(), 'voicebox-python-'))
  const close = (): Promise<void> => rm(venv, { recursive: true, force: true })
  const python = join(venv, 'bin', 'python')
  const requirements = fileURLToPath(new URL('requirements.txt', folder))
  try {
    await run('python3', ['-m', 'venv', venv])
    await run(python, ['-m', 'pip', 'install', '--quiet', '--retries', '1', '--requirement', requirements])
  } catch (error) {
    await close()
    const said = String(error)
    if (isOffline(said)) return { missing: 'the Python package index cannot be reached' }
    if (said.includes('ensurepip is not')) return { missing: 'this Python has no venv' }
    throw error
  }
  return {
    async run(program, args, env) {
      const file = fileURLToPath(new URL(program, folder))
      const { stdout } = await run(python, [file, ...args], {
        env: { ...process.env, ...env },
        maxBuffer: 64 << 20,
        timeout: 100_000,
      })
      return stdout
    },
    close,
  }
}

async function lackOfPython(): Promise<string | null> {
  try {
    await run('python3', ['-c', 'import sys; sys.exit(sys.version_info < (3, 10))'])
    return null
  } catch {
    return 'there is no python3 of 3.10 or newer'
  }
}

/** Whether pip has given up on the network, rather than on what it was asked for. */
function isOffline(said: string): boolean {
  return /NewConnectionError|ConnectTimeoutError|ReadTimeoutError|NameResolutionError|ProxyError|from versions: none/.test(
    said,
  )
}
