import { linkSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Closable, Failure } from '@voicebox/kernel'
import { processBirth } from './process-birth.ts'

export interface DataDirLock extends Closable {
  /** Its last holder died without leaving, so that what it started may still be leaving. */
  readonly wasStale: boolean
  close(): void
}

/** Makes this process the only launcher on the data directory; a holder that has died loses the lock. */
export function lockDataDir(dataDir: string): DataDirLock {
  const path = join(dataDir, 'voicebox.lock')
  const draft = `${path}.${process.pid}`
  writeFileSync(draft, JSON.stringify({ pid: process.pid, birth: processBirth(process.pid) }), { mode: 0o600 })
  try {
    const isFree = tryLink(draft, path)
    if (!isFree) {
      const holder = readHolder(path)
      if (holder !== undefined && isAlive(holder)) throw inUse(dataDir, holder.pid)
      rmSync(path, { force: true })
      if (!tryLink(draft, path)) throw inUse(dataDir)
    }
    return { wasStale: !isFree, close: () => rmSync(path, { force: true }) }
  } finally {
    rmSync(draft, { force: true })
  }
}

/** A link is made whole or not at all, so nobody reads half a lock. */
function tryLink(from: string, to: string): boolean {
  try {
    linkSync(from, to)
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw error
  }
}

interface Holder {
  pid: number
  birth?: string
}

function readHolder(path: string): Holder | undefined {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as Holder
  } catch {
    return undefined
  }
}

function isAlive({ pid, birth }: Holder): boolean {
  const now = processBirth(pid)
  return now !== undefined && now === birth
}

function inUse(dataDir: string, pid?: number): Failure {
  const who = pid === undefined ? 'Another voicebox' : `Another voicebox (process ${pid})`
  return new Failure(
    'client',
    'invalid_configuration',
    `${who} runs on ${dataDir}: stop it, or set VOICEBOX_DATA_DIR to another folder.`,
  )
}
