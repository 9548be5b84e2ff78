import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** A folder for one test, which `close` removes with all that is in it. */
export interface TempFolder {
  readonly path: string
  close(): Promise<void>
}

export async function makeTempFolder(): Promise<TempFolder> {
  const path = await mkdtemp(join(tmpdir(), 'voicebox-tts-'))
  return { path, close: () => rm(path, { recursive: true, force: true }) }
}
