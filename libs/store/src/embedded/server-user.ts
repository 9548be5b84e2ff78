import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { Failure } from '@voicebox/kernel'

/** Whom the server runs as, where that is another user than this process. */
export interface ServerUser {
  uid: number
  gid: number
}

const name = 'voicebox-postgres'

/** Null: as this process. PostgreSQL refuses to run as root, so root gives it a user of its own, which is made the first time. */
export function serverUser(): ServerUser | null {
  if (process.getuid?.() !== 0) return null
  const about = '--system --user-group --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin'
  const command = `getent passwd ${name} >&2 || useradd ${about} ${name}`
  // one at a time: while a user is being made it is there for a moment, and then not
  const made = spawnSync('flock', [lockFile, 'sh', '-c', command], { encoding: 'utf8' })
  const user = findUser()
  if (made.status === 0 && user !== null) return user
  const why = made.error?.message ?? made.stderr.trim()
  const message = `PostgreSQL does not run as root, and the user ${name} cannot be made for it (${why}): make it, run this as another user, or set DATABASE_URL.`
  throw new Failure('client', 'invalid_configuration', message)
}

const lockFile = '/run/voicebox-postgres.lock'

function findUser(): ServerUser | null {
  const lines = readFileSync('/etc/passwd', 'utf8').split('\n')
  const [, , uid, gid] = lines.map((line) => line.split(':')).find(([own]) => own === name) ?? []
  return uid === undefined || gid === undefined ? null : { uid: Number(uid), gid: Number(gid) }
}
