import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Closable } from '@voicebox/kernel'
import { z } from 'zod'

/** What a running voicebox tells its own tools: where it listens, and which certificate to trust. */
const runningSchema = z.object({
  pid: z.number(),
  urls: z.array(z.string()),
  certFile: z.string().optional(),
})
export type Running = z.infer<typeof runningSchema>

/** Writes `running.json`, which stands as long as the returned value is open. */
export function writeRunning(dataDir: string, running: Running): Closable {
  const path = join(dataDir, 'running.json')
  writeFileSync(path, `${JSON.stringify(running, undefined, 2)}\n`, { mode: 0o600 })
  return { close: () => rmSync(path, { force: true }) }
}

/** Reads `running.json`; undefined: no voicebox runs on this data directory. */
export function readRunning(dataDir: string): Running | undefined {
  try {
    return runningSchema.parse(JSON.parse(readFileSync(join(dataDir, 'running.json'), 'utf8')))
  } catch {
    return undefined
  }
}
