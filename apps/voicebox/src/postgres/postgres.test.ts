import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { silentLog } from '@voicebox/kernel'
import { findTenant, migrating, openStore, setSuspended } from '@voicebox/store'
import { placeOf } from '@voicebox/store/embedded'
import { describe, expect, it, onTestFinished } from 'vitest'
import { supervise } from '../supervise/supervise.ts'
import { isGone, makeTempDir, until } from '../testing/processes.ts'

const entry = fileURLToPath(new URL('./main.ts', import.meta.url))

describe('the embedded Postgres', { timeout: 90_000 }, () => {
  it('keeps what was written over a restart, and over its own death', async () => {
    const dataDir = makeTempDir()
    const first = await startPostgres(dataDir)
    await migrating(first.place().ownerUrl, ({ up }) => up())
    const store = openStore({ url: first.place().url, name: 'test', log: silentLog })
    onTestFinished(() => store.close())
    await setSuspended(store, 'default', true)
    const firstPid = first.pid()
    await first.close()
    expect(isGone(firstPid)).toBe(true)
    const second = await startPostgres(dataDir)
    const isSuspended = async (): Promise<boolean> => (await findTenant(store, 'default'))?.suspendedAt instanceof Date
    expect(await isSuspended()).toBe(true)
    const pid = second.pid()
    process.kill(pid, 'SIGKILL')
    await until(() => isGone(pid) && second.pid() !== pid)
    await until(() => isSuspended().catch(() => false))
  })

  it('ends a server that has lost its keeper, and goes on with its data', async () => {
    const dataDir = makeTempDir()
    const keeper = spawn(process.execPath, [entry], {
      env: { ...process.env, VOICEBOX_DATA_DIR: dataDir },
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    })
    await once(keeper, 'message')
    const orphan = pidIn(dataDir)
    keeper.kill('SIGKILL')
    await once(keeper, 'exit')
    expect(isGone(orphan)).toBe(false)
    await startPostgres(dataDir)
    expect(isGone(orphan)).toBe(true)
  })

  it('starts although its mark names a process that is another by now', async () => {
    const dataDir = makeTempDir()
    const first = await startPostgres(dataDir)
    const mark = join(first.place().home, 'data', 'postmaster.pid')
    const left = readFileSync(mark, 'utf8')
    await first.close()
    writeFileSync(mark, left.replace(/^\d+/, String(process.pid)))
    await startPostgres(dataDir)
  })

  it('listens in a private folder of the system when the path of its own is too long for a socket', async () => {
    const dataDir = join(makeTempDir(), 'x'.repeat(120))
    mkdirSync(dataDir)
    const { place } = await startPostgres(dataDir)
    expect(statSync(place().socketDir).mode & 0o777).toBe(0o700)
    await migrating(place().ownerUrl, ({ list }) => list())
  })

  it('runs where its user may go when the data directory is closed to it', async () => {
    const closed = makeTempDir() // its parent's parent is open, it is not
    const dataDir = join(closed, 'inner')
    mkdirSync(dataDir)
    expect(statSync(dirname(dataDir)).mode & 0o077).toBe(0)
    const { place } = await startPostgres(dataDir)
    expect(await migrating(place().ownerUrl, ({ list }) => list())).not.toEqual([])
  })
})

async function startPostgres(dataDir: string) {
  const place = () => placeOf(join(dataDir, 'postgres'))
  const supervised = supervise(
    { name: 'postgres', entry, env: () => ({ ...process.env, VOICEBOX_DATA_DIR: dataDir }) },
    { onLine: () => {} },
    new AbortController().signal,
  )
  onTestFinished(() => rmSync(place().home, { recursive: true, force: true })) // it may be elsewhere
  onTestFinished(() => supervised.close())
  await supervised.started
  return { place, pid: () => pidIn(dataDir), close: () => supervised.close() }
}

/** 0: it is not there at the moment. */
function pidIn(dataDir: string): number {
  try {
    const mark = readFileSync(join(placeOf(join(dataDir, 'postgres')).home, 'data', 'postmaster.pid'), 'utf8')
    return Number(mark.split('\n')[0])
  } catch {
    return 0
  }
}
