import { loadConfig } from '@voicebox/config'
import { aborted } from '@voicebox/kernel'
import { startServer } from '@voicebox/store/embedded'
import type { RunApp } from '@voicebox/telemetry'
import { openDataDir } from '../data-dir/data-dir.ts'

/**
 * Runs PostgreSQL on the data directory and leaves only after it. It is a process of its own because it must outlive the
 * launcher by a moment: when the launcher dies, however it dies, this one ends PostgreSQL in good order.
 */
export const runPostgres: RunApp = async (env, signal, ready) => {
  const folder = openDataDir(loadConfig(env, ['dataDir']).config.dataDir).postgres
  const server = await startServer({ folder, signal })
  if (server === null) return
  try {
    ready({ kind: 'ready', summary: `postgres (process ${server.pid}) on ${server.socketDir}` })
    await Promise.race([aborted(signal), server.ended])
  } finally {
    await server.close()
  }
}
