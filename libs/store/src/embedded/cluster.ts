import { type SpawnOptions, spawn } from 'node:child_process'
import { chownSync, existsSync, mkdirSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { Failure } from '@voicebox/kernel'
import { owner } from './place.ts'
import type { ServerUser } from './server-user.ts'

/** Makes the server's data where there are none; answers their folder. What was half made is thrown away and made anew. */
export async function ensureCluster(
  home: string,
  { initdb, user, isDurable }: { initdb: string; user: ServerUser | null; isDurable: boolean },
): Promise<string> {
  const dataDir = join(home, 'data')
  if (existsSync(join(dataDir, 'PG_VERSION'))) return dataDir
  const draft = join(home, 'draft')
  for (const folder of [draft, dataDir]) rmSync(folder, { recursive: true, force: true })
  mkdirSync(draft, { mode: 0o700 })
  if (user !== null) chownSync(draft, user.uid, user.gid)
  const text = ['--encoding=UTF8', '--locale-provider=builtin', '--locale=C.UTF-8']
  // whoever may enter the socket's folder may be anybody, so there are no passwords
  const about = ['-D', draft, '-U', owner, '--auth=trust', '--no-instructions', ...text]
  await run(initdb, isDurable ? about : [...about, '--no-sync'], { cwd: home, ...user })
  renameSync(draft, dataDir)
  return dataDir
}

function run(program: string, args: string[], options: SpawnOptions): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { ...options, env: serverEnv, stdio: ['ignore', 'ignore', 'pipe'] })
    let said = ''
    child.stderr?.on('data', (text: Buffer) => (said = (said + text.toString()).slice(-2_000)))
    const fail = (why: string): void =>
      reject(new Failure('dependency', 'postgres_failed', `PostgreSQL cannot make its data: ${why}`))
    child.once('error', (error) => fail(error.message))
    child.once('close', (code) => (code === 0 ? resolve() : fail(said.trim() || `exit code ${code}`)))
  })
}

/** What the server's programs see of the environment: nothing of ours. */
export const serverEnv = { PATH: '/usr/bin:/bin', LC_ALL: 'C', TZ: 'UTC' }
