import { type ChildProcess, fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'

const app = fileURLToPath(new URL('./testing/fake-app.ts', import.meta.url))

interface Run {
  child: ChildProcess
  ended: Promise<number | null>
  stderr(): string
}

function run(what: string, args = ['300'], env: Record<string, string> = {}): Run {
  const child = fork(app, [what, ...args], {
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    env: { ...process.env, ...env },
  })
  let stderr = ''
  child.stderr?.on('data', (data: Buffer) => (stderr += data.toString()))
  const ended = new Promise<number | null>((resolve) => child.once('close', (code) => resolve(code)))
  return { child, ended, stderr: () => stderr }
}

const isReady = (child: ChildProcess): Promise<unknown> => new Promise((resolve) => child.once('message', resolve))

describe('A process', () => {
  it.each(['SIGTERM', 'SIGINT'] as const)(
    'says when it is ready, and leaves with 0 when asked by %s',
    async (signal) => {
      const { child, ended } = run('serving')
      expect(await isReady(child)).toEqual({ kind: 'ready', summary: 'here' })
      child.kill(signal)
      expect(await ended).toBe(0)
    },
  )

  it('leaves when its parent is gone', async () => {
    const { child } = run('serving')
    await isReady(child)
    const exited = new Promise((resolve) => child.once('exit', resolve)) // Node does not tell `close` after `disconnect`
    child.disconnect()
    expect(await exited).toBe(0)
  })

  it.each(['serving', 'late'])('leaves when its parent was gone before it could hear of it: %s', async (what) => {
    const { child } = run(what)
    const exited = new Promise((resolve) => child.once('exit', resolve))
    child.disconnect()
    expect(await exited).toBe(0)
  })

  it('takes the echo of a signal for the same wish, and a later one for impatience', async () => {
    const { child, ended } = run('stuck')
    await isReady(child)
    child.kill('SIGINT')
    child.kill('SIGINT')
    await new Promise((resolve) => setTimeout(resolve, 150))
    expect(child.exitCode).toBeNull()
    await ended
  })

  it('ends with 1 when it does not leave in time', async () => {
    const { child, ended } = run('stuck')
    await isReady(child)
    child.kill('SIGTERM')
    expect(await ended).toBe(1)
  })

  it('leaves in time as the setting says, and no sooner', async () => {
    const quick = run('stuck', [], { VOICEBOX_DRAIN_MS: '0' })
    const patient = run('stuck', [], { VOICEBOX_DRAIN_MS: '600000' })
    for (const { child } of [quick, patient]) {
      await isReady(child)
      child.kill('SIGTERM')
    }
    expect(await quick.ended).toBe(1)
    expect(patient.child.exitCode).toBeNull()
    patient.child.kill('SIGKILL')
    await patient.ended
  })

  it('leaves with 0 when what it depends on is away as it leaves, and with 1 when it breaks', async () => {
    const away = run('away')
    const broken = run('broken-at-the-end')
    for (const { child } of [away, broken]) {
      await isReady(child)
      child.kill('SIGTERM')
    }
    expect(await away.ended).toBe(0)
    expect(away.stderr()).toBe('Redis was not reached in time\n')
    expect(await broken.ended).toBe(1)
  })

  it('ends with 2 and the plain message when it is configured wrongly, with 1 and the stack when it is broken', async () => {
    const misconfigured = run('misconfigured')
    expect(await misconfigured.ended).toBe(2)
    expect(misconfigured.stderr()).toBe('VOICEBOX_PORT: expected a number\n')
    const broken = run('broken')
    expect(await broken.ended).toBe(1)
    expect(broken.stderr()).toContain('Error: a bug\n    at')
  })
})

describe('The log', () => {
  it('is JSON by lines, without secrets and without what people said', async () => {
    const { child, ended, stderr } = run('logging')
    await isReady(child)
    child.kill('SIGTERM')
    await ended
    const line = JSON.parse(stderr()) as Record<string, unknown>
    expect(line).toMatchObject({ level: 'info', service: 'fake', message: 'A line', request: { kept: 7 } })
    expect(line['error']).toMatchObject({ name: 'TypeError', message: 'broken' })
    expect(stderr()).not.toMatch(/spoken|sk-1/)
  })
})
