import { createHash, randomBytes } from 'node:crypto'
import { chownSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { isReachable, sharedFolder } from './reach.ts'
import type { ServerUser } from './server-user.ts'

/** Where a server keeps its data and listens. */
export interface Place {
  /** The server's own folder, closed to everybody but it. */
  home: string
  /** The folder of its socket: whoever may enter it may be anybody to the server. */
  socketDir: string
  /** For the application: a role without rights of its own. */
  url: string
  /** For migrations. */
  ownerUrl: string
}

/** Where the server of this folder is, or would be. */
export function placeOf(folder: string): Place {
  return placeAt(readElsewhere(folder) ?? resolve(folder))
}

/** Makes the folders, for the user that the server runs as. Where that user cannot get to them, they are elsewhere and a note says where. */
export function preparePlace(folder: string, user: ServerUser | null): Place {
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  let home = readElsewhere(folder)
  if (home === null && user !== null && !isReachable(resolve(folder), user)) {
    home = join(sharedFolder, randomBytes(8).toString('hex'))
    mkdirSync(sharedFolder, { recursive: true, mode: 0o755 })
    writeFileSync(join(folder, elsewhere), `${home}\n`, { mode: 0o600 })
  }
  const place = placeAt(home ?? resolve(folder))
  for (const own of new Set([place.home, place.socketDir])) {
    mkdirSync(own, { recursive: true, mode: 0o700 })
    if (user !== null) chownSync(own, user.uid, user.gid)
  }
  return place
}

const elsewhere = 'elsewhere'

function readElsewhere(folder: string): string | null {
  try {
    return readFileSync(join(folder, elsewhere), 'utf8').trim()
  } catch {
    return null
  }
}

function placeAt(home: string): Place {
  const isTooLong = Buffer.byteLength(join(home, '.s.PGSQL.5432.lock')) > maxPathBytes
  const name = `voicebox-postgres-${createHash('sha256').update(home).digest('hex').slice(0, 16)}`
  const socketDir = isTooLong ? join(tmpdir(), name) : home
  const at = (role: string): string => `postgres://${role}@/${database}?host=${encodeURIComponent(socketDir)}`
  return { home, socketDir, url: at(appLogin), ownerUrl: at(owner) }
}

/** The kernel takes about 108 bytes. */
const maxPathBytes = 100

export const database = 'voicebox'
export const owner = 'voicebox_owner'
/** It may become `voicebox_app`, which every transaction does. */
export const appLogin = 'voicebox'
