import { chmodSync, mkdirSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { Failure } from '@voicebox/kernel'

export interface DataDir {
  readonly path: string
  readonly logs: string
  readonly tls: string
  readonly redis: string
}

/** Makes the data directory and its folders where they are missing, closed to other users. */
export function openDataDir(configured: string): DataDir {
  const path = resolve(configured)
  const dir = { path, logs: join(path, 'logs'), tls: join(path, 'tls'), redis: join(path, 'redis') }
  try {
    for (const folder of Object.values(dir)) {
      mkdirSync(folder, { recursive: true, mode: 0o700 })
      chmodSync(folder, 0o700)
    }
  } catch (error) {
    const reason = (error as Error).message
    throw new Failure('client', 'invalid_configuration', `VOICEBOX_DATA_DIR: cannot use ${path}: ${reason}`, {
      cause: error,
    })
  }
  return dir
}
