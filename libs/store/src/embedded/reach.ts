import { chmodSync, cpSync, existsSync, mkdirSync, renameSync, rmSync, statSync } from 'node:fs'
import { createHash } from 'node:crypto'
import { basename, dirname, join } from 'node:path'
import { Failure } from '@voicebox/kernel'
import type { Programs } from './programs.ts'
import type { ServerUser } from './server-user.ts'

/** Whether a user may go through all folders above a path. */
export function isReachable(path: string, { uid, gid }: ServerUser): boolean {
  for (let folder = dirname(path); ; folder = dirname(folder)) {
    const stats = statSync(folder)
    const bit = stats.uid === uid ? 0o100 : stats.gid === gid ? 0o010 : 0o001
    if ((stats.mode & bit) === 0) return false
    if (folder === dirname(folder)) return true
  }
}

/** The programs where the user may run them: where they are, else copied, once for each version, to a folder that root owns. */
export function reachablePrograms(programs: Programs, user: ServerUser | null): Programs {
  if (user === null || isReachable(programs.postgres, user)) return programs
  const native = dirname(dirname(programs.postgres))
  const { mtimeMs, size } = statSync(programs.postgres)
  const version = createHash('sha256').update(`${mtimeMs} ${size}`).digest('hex').slice(0, 16)
  const copy = join(sharedFolder, `programs-${version}`)
  if (!existsSync(copy)) {
    mkdirSync(sharedFolder, { recursive: true, mode: 0o755 })
    const draft = `${copy}.${process.pid}`
    cpSync(native, draft, { recursive: true, verbatimSymlinks: true })
    chmodSync(draft, 0o755)
    try {
      renameSync(draft, copy)
    } catch (cause) {
      rmSync(draft, { recursive: true, force: true })
      if (!existsSync(copy))
        throw new Failure('dependency', 'postgres_failed', 'PostgreSQL cannot be copied to where it may run', { cause })
    }
  }
  const at = (program: string): string => join(copy, 'bin', basename(program))
  return { initdb: at(programs.initdb), postgres: at(programs.postgres) }
}

/** Where root keeps what its server's user could not reach: everybody may enter, root alone writes. */
export const sharedFolder = '/var/lib/voicebox-postgres'
