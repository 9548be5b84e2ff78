import { spawn } from 'node:child_process'
import { appendFileSync, readFileSync } from 'node:fs'
import { Failure, aborted, sleep } from '@voicebox/kernel'
import { type RunApp, runProcess } from '@voicebox/telemetry'

// A process for the tests of supervision: `fake-child.ts <behaviour> <file> <name>`, which notes in the file
// what it does, one line each: its name, what, and the process's number.
const [behaviour = '', file = '', name = ''] = process.argv.slice(2)
const note = (what: string, pid = process.pid): void => appendFileSync(file, `${name} ${what} ${pid}\n`)

const behaviours: Record<string, RunApp> = {
  async serve(_env, signal, ready) {
    ready({ kind: 'ready', summary: 'serves' })
    await aborted(signal)
  },
  async die() {
    await Promise.reject(new Failure('dependency', 'broken', 'The engine is broken.'))
  },
  async misconfigure() {
    await Promise.reject(new Failure('client', 'invalid_configuration', 'VOICEBOX_PORT: expected a number'))
  },
  async 'serve-and-die'(_env, _signal, ready) {
    ready({ kind: 'ready', summary: 'serves for a moment' })
    await Promise.reject(new Failure('dependency', 'broken', 'The engine broke.'))
  },
  async 'serve-once'(_env, signal, ready) {
    if (readFileSync(file, 'utf8').split(`${name} start `).length > 2)
      throw new Failure('dependency', 'broken', 'The engine is broken.')
    ready({ kind: 'ready', summary: 'serves' })
    await aborted(signal)
  },
  async 'leave-slowly'(_env, signal, ready) {
    ready({ kind: 'ready', summary: 'serves' })
    await aborted(signal)
    await sleep(1_200)
  },
  async 'have-child'(_env, signal, ready) {
    const grandchild = spawn('sleep', ['60'], { stdio: 'ignore' })
    note('started', grandchild.pid)
    ready({ kind: 'ready', summary: 'has a child' })
    await aborted(signal)
  },
  async ignore(_env, _signal, ready) {
    ready({ kind: 'ready', summary: 'does not leave' })
    await new Promise(() => setInterval(() => {}, 1000))
  },
}

note('start')
await runProcess(process, async (env, signal, ready) => {
  await behaviours[behaviour]?.(env, signal, ready)
  note('left')
})
