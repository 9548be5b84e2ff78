import { readdir, stat, truncate } from 'node:fs/promises'
import { join } from 'node:path'

/** Knows how far an append-only log had come a while ago. */
export interface WatchedLog {
  /** Takes away what was written since. Nobody may write to it. */
  undo(ms: number): Promise<void>
  close(): void
}

/** Watches the log that Redis writes in a folder, whatever part of it is the latest. */
export function watchLog(folder: string): WatchedLog {
  let looks: { atMs: number; part: string; bytes: number }[] = []
  const look = async (): Promise<void> => {
    const part = await latestPart(folder)
    if (part === null) return
    const { size } = await stat(join(folder, part))
    looks = [...looks.slice(-mostLooks), { atMs: performance.now(), part, bytes: size }]
  }
  const timer = setInterval(() => void look().catch(() => {}), lookMs) // a part may go while it is looked at
  return {
    async undo(ms) {
      const atMs = performance.now() - ms
      const part = await latestPart(folder)
      if (part === null) return
      const before = looks.findLast((one) => one.atMs <= atMs && one.part === part)
      await truncate(join(folder, part), before?.bytes ?? 0)
    },
    close: () => clearInterval(timer),
  }
}

const lookMs = 50
const mostLooks = 100

async function latestPart(folder: string): Promise<string | null> {
  const numberOf = (name: string): number => Number(/\.(\d+)\.incr\.aof$/.exec(name)?.[1] ?? 0)
  const names = await readdir(folder).catch(() => [])
  const [latest] = names.filter((name) => numberOf(name) > 0).toSorted((one, other) => numberOf(other) - numberOf(one))
  return latest ?? null
}
