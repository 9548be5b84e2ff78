import { chmodSync, mkdirSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { Failure } from '@voicebox/kernel'

export interface DataDir {
  readonly path: string
  readonly logs: string
  readonly tls: string
  readonly redis: string
  readonly postgres: string
}

/** Makes the data directory and its folders where they are missing, closed to other users. PostgreSQL, which root runs as one, passes through. */
export function openDataDir(configured: string): DataDir {
  const path = resolve(configured)
  const at = (name: string): string => join(path, name)
  const dir = { path, logs: at('logs'), tls: at('tls'), redis: at('redis'), postgres: at('postgres') }
  try {
    for (const folder of Object.values(dir)) {
      mkdirSync(folder, { recursive: true, mode: 0o700 })
      chmodSync(folder, folder === path && process.getuid?.() === 0 ? 0o711 : 0o700)
    }
  } catch (error) {
    const reason = (error as Error).message
    throw new Failure('client', 'invalid_configuration', `VOICEBOX_DATA_DIR: cannot use ${path}: ${reason}`, {
      cause: error,
    })
  }
  return dir
}
