import { fork } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it, onTestFinished } from 'vitest'
import { isGone, makeTempDir, until } from '../testing/processes.ts'

const fakeLauncher = fileURLToPath(new URL('../testing/fake-launcher.ts', import.meta.url))

describe('a launcher', () => {
  it('starts a stage when the one before it is ready, and leaves in reverse', async () => {
    const { launcher, notes } = await launch()
    expect(sorted(names(notes(), 'start'))).toEqual(['store', 'worker-1', 'worker-2', 'gateway'])
    launcher.kill('SIGTERM')
    await once(launcher, 'exit')
    expect(sorted(names(notes(), 'left').toReversed()).toReversed()).toEqual([
      'gateway',
      'worker-2',
      'worker-1',
      'store',
    ])
    await everyoneIsGone(notes())
  })

  it('leaves nothing behind when it is killed', async () => {
    const { launcher, notes } = await launch()
    launcher.kill('SIGKILL')
    await everyoneIsGone(notes())
    expect(notes().filter(({ what }) => what === 'left')).toHaveLength(4)
  })
})

interface Note {
  name: string
  what: string
  pid: number
}

async function launch() {
  const file = join(makeTempDir(), 'notes')
  const launcher = fork(fakeLauncher, [file], { execArgv: [], stdio: ['ignore', 'inherit', 'inherit', 'ipc'] })
  onTestFinished(() => void launcher.kill('SIGKILL'))
  await once(launcher, 'message')
  const notes = (): Note[] =>
    readFileSync(file, 'utf8')
      .trim()
      .split('\n')
      .map((line) => line.split(' '))
      .map(([name = '', what = '', pid = '']) => ({ name, what, pid: Number(pid) }))
  return { launcher, notes }
}

const names = (notes: Note[], what: string): string[] =>
  notes.filter((note) => note.what === what).map(({ name }) => name)

/** The workers of one stage come in either order. */
const sorted = ([first = '', one = '', two = '', last = '', ...more]: string[]): string[] => [
  first,
  ...[one, two].sort(),
  last,
  ...more,
]

async function everyoneIsGone(notes: Note[]): Promise<void> {
  expect(names(notes, 'start')).toHaveLength(4)
  for (const { pid } of notes) await until(() => isGone(pid))
}
