import { readFileSync, readdirSync, readlinkSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { Failure, sleep } from '@voicebox/kernel'

/** The processes of a server that works on this data: each of them stands in its folder. None are found where there is no /proc. */
export function serverProcesses(dataDir: string): number[] {
  try {
    const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name))
    return pids.map(Number).filter((pid) => folderOf(pid) === dataDir)
  } catch {
    return []
  }
}

/**
 * Ends a server that has lost its keeper, and removes the mark that it, or a power cut, left: the number in it may be another
 * process's by now, for which the next server would wait in vain.
 */
export async function endOrphans(dataDir: string, signal: AbortSignal): Promise<void> {
  const mark = join(dataDir, 'postmaster.pid')
  for (let attempt = 0; serverProcesses(dataDir).length > 0; attempt++) {
    if (signal.aborted) return
    if (attempt >= 150)
      throw new Failure('dependency', 'postgres_in_use', `A PostgreSQL server on ${dataDir} does not leave.`)
    if (attempt === 0) signalAll(postmasterOf(mark, dataDir), 'SIGINT')
    if (attempt === 50) signalAll(postmasterOf(mark, dataDir), 'SIGQUIT')
    if (attempt === 100) signalAll(serverProcesses(dataDir), 'SIGKILL')
    await sleep(100, signal)
  }
  if (process.platform === 'linux') rmSync(mark, { force: true })
}

/** The server's first process, which ends the others; all of them where it is not known. */
function postmasterOf(mark: string, dataDir: string): number[] {
  const all = serverProcesses(dataDir)
  try {
    const first = Number(readFileSync(mark, 'utf8').split('\n')[0])
    return all.includes(first) ? [first] : all
  } catch {
    return all
  }
}

/** Those that have gone by themselves are no fault. */
export function signalAll(pids: readonly number[], signal: NodeJS.Signals): void {
  for (const pid of pids) {
    try {
      process.kill(pid, signal)
    } catch {
      // it was gone
    }
  }
}

function folderOf(pid: number): string | null {
  try {
    return readlinkSync(`/proc/${pid}/cwd`)
  } catch {
    return null // gone, or another user's
  }
}
