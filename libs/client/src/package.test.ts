import { execFile } from 'node:child_process'
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { startFakeGateways } from './testing/fake-gateways.ts'

const run = promisify(execFile)
const root = join(import.meta.dirname, '../../..')

let folder: string
let app: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'voicebox-client-'))
  app = join(folder, 'app')
  const built = join(folder, 'built')
  await run(process.execPath, [join(import.meta.dirname, '../build.ts'), built])
  await run('npm', ['pack', built, '--pack-destination', folder], { cwd: built })
  const [tarball] = (await readdir(folder)).filter((name) => name.endsWith('.tgz'))
  const where = ['--prefix', app]
  await run('npm', ['install', ...where, '--offline', '--no-audit', '--no-fund', join(folder, tarball ?? '')])
})
afterAll(() => rm(folder, { recursive: true }))

/** All that it needs: Node, and a gateway. It goes on until it was resumed and has got another event. */
const program = `
import { resumable } from '@voicebox/client'
const socket = resumable((url) => new WebSocket(url), { url: process.argv[2] })
const types = []
socket.onmessage = ({ data }) => {
  types.push(JSON.parse(data).type)
  if (types.length === 1) socket.send('{"type":"cut me off"}')
  if (types.length === 2) socket.close(1000)
}
socket.onresumed = () => types.length === 1 && console.log('resumed')
socket.onclose = ({ code }) => console.log(code, ...types)
`

const typed = `
import { resumable, withResumableWebSocket, type ResumableWebSocket, type WebSocketLike } from '@voicebox/client'
const socket: ResumableWebSocket = resumable((url: string) => new WebSocket(url, ['realtime']), { url: ['ws://a', 'ws://b'] })
socket.addEventListener('resumed', ({ afterMs }) => { const ms: number = afterMs; void ms })
socket.addEventListener('message', ({ data }) => { void data })
socket.onclose = ({ code }) => { const n: number = code; void n }
const standard: WebSocket = socket
const like: WebSocketLike = standard
const made: number = withResumableWebSocket((url, protocols) => new WebSocket(url, protocols), {}, () => 1)
// @ts-expect-error: there must be an address
resumable((url) => new WebSocket(url), {})
export { like, made }
`

describe('The package that is published', () => {
  it('has no dependencies, and nothing in it but JavaScript, types and words', async () => {
    const files = await readdir(join(app, 'node_modules'), { recursive: true, withFileTypes: true })
    const names = files.filter((file) => file.isFile() && !file.name.startsWith('.')).map(({ name }) => name)
    expect(names.filter((name) => !/(\.js|\.d\.ts|package\.json|README\.md|LICENSE)$/.test(name))).toEqual([])
    expect(await readdir(join(app, 'node_modules'))).toEqual(['.package-lock.json', '@voicebox'])
    expect(names).toContain('README.md')
  })

  it('runs in plain Node', async () => {
    const gateways = await startFakeGateways()
    onTestFinished(() => gateways.close())
    await writeFile(join(app, 'program.mjs'), program)
    const ended = run(process.execPath, ['program.mjs', gateways.urls[0] ?? ''], { cwd: app })
    await expect.poll(() => gateways.sessions[0]?.socket ?? null, { timeout: 20_000 }).not.toBe(null)
    const { session } = gateways
    await expect.poll(() => (session.take(), session.takenEvents.length), { timeout: 20_000 }).toBe(1)
    session.socket?.terminate()
    await expect.poll(() => gateways.asked.length, { timeout: 20_000 }).toBe(2)
    session.emit()
    expect((await ended).stdout.split('\n')).toEqual(['resumed', '1000 session.created told', ''])
  })

  it.each([
    ['browsers', { module: 'esnext', moduleResolution: 'bundler', lib: ['es2022', 'dom'], types: [] }],
    ['Node', { module: 'nodenext', lib: ['es2022'], types: ['node'], typeRoots: [join(root, 'node_modules/@types')] }],
  ])('has types that stand in strict programs for %s', async (_, options) => {
    const compilerOptions = {
      strict: true,
      exactOptionalPropertyTypes: true,
      noEmit: true,
      target: 'es2022',
      ...options,
    }
    await writeFile(join(app, 'typed.mts'), typed)
    await writeFile(join(app, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: ['typed.mts'] }))
    const tsc = join(root, 'node_modules/typescript/bin/tsc')
    const checked = run(process.execPath, [tsc, '-p', app])
    const { stdout } = await checked.catch((error: unknown) => error as { stdout: string })
    expect(stdout).toBe('')
  })
})
