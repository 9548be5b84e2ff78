import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync, readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { onTestFinished } from 'vitest'
import { until } from './processes.ts'

export const entry = fileURLToPath(new URL('../main.ts', import.meta.url))

/** The processes whose environment names the folder. */
export function processesOn(dataDir: string): number[] {
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name))
  return pids.map(Number).filter((pid) => {
    try {
      return readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0').includes(`VOICEBOX_DATA_DIR=${dataDir}`)
    } catch {
      return false
    }
  })
}

/** Starts everything with stub engines, and waits until it serves. */
export async function startForReal(dataDir: string, env: Record<string, string> = {}) {
  const launcher = spawn(process.execPath, [entry], {
    env: { ...baseEnv(), ...stubs, VOICEBOX_DATA_DIR: dataDir, ...env },
  })
  let output = ''
  for (const stream of [launcher.stdout, launcher.stderr])
    stream.on('data', (text: Buffer) => (output += text.toString()))
  onTestFinished(async () => {
    if (launcher.exitCode !== null || launcher.signalCode !== null) return
    launcher.kill('SIGTERM')
    await once(launcher, 'exit')
  })
  await until(() => {
    if (launcher.exitCode !== null) throw new Error(`It did not start:\n${output}`)
    return output.includes('\ntry: ')
  })
  return { launcher, output: () => output }
}

export const stubs = { VOICEBOX_STT_ENGINE: 'stub', VOICEBOX_TTS_ENGINE: 'stub' }

/** Without the settings of whoever runs the tests. */
export function baseEnv(): Record<string, string | undefined> {
  const { PATH, HOME } = process.env
  return { PATH, HOME, VOICEBOX_PORT: '0', VOICEBOX_TLS_PORT: '0' }
}

/** Runs the launcher to its end. */
export function start(args: string[], env: Record<string, string>) {
  return spawnSync(process.execPath, [entry, ...args], { env: { ...baseEnv(), ...env }, encoding: 'utf8' })
}
