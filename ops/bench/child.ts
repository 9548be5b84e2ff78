import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

/** A process that serves at an address, which it tells first. */
export interface Child {
  pid: number
  url: string
  close(): Promise<void>
}

export async function startChild(entry: URL, args: readonly string[] = []): Promise<Child> {
  const child = fork(fileURLToPath(entry), args, { stdio: 'inherit' })
  const url = await firstUrl(child)
  return {
    pid: child.pid ?? 0,
    url,
    async close() {
      if (child.exitCode !== null) return
      const gone = once(child, 'exit')
      child.kill()
      await gone
    },
  }
}

function firstUrl(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    child.once('message', ({ urls }: { urls: string[] }) => resolve(urls[0] ?? ''))
    child.once('exit', (code) => reject(new Error(`${child.spawnfile} ended with ${code} before it was ready`)))
  })
}
