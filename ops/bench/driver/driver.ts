import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type { ActName, Acts, Answer } from './messages.ts'

/** The clients, which are a process of their own so that their work is not counted as anybody else's. */
export interface Driver {
  readonly pid: number
  /** Does one act, one at a time. */
  act<Name extends ActName>(name: Name, asked: Acts[Name]['asked']): Promise<Acts[Name]['done']>
  close(): Promise<void>
}

export async function startDriver(): Promise<Driver> {
  const child = fork(fileURLToPath(new URL('./main.ts', import.meta.url)), { stdio: 'inherit' })
  await answered(child)
  return {
    pid: child.pid ?? 0,
    async act<Name extends ActName>(name: Name, asked: Acts[Name]['asked']) {
      child.send({ act: name, asked })
      const answer = (await answered(child)) as Answer
      if (!answer.ok) throw new Error(`The clients could not ${name}: ${answer.reason}`)
      return answer.done
    },
    async close() {
      const gone = once(child, 'exit')
      child.kill()
      await gone
    },
  }
}

function answered(child: ChildProcess): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const onExit = (): void => reject(new Error('The process of the clients has ended'))
    child.once('exit', onExit)
    child.once('message', (message) => {
      child.off('exit', onExit)
      resolve(message)
    })
  })
}
