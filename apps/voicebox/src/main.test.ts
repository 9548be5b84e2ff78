import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync, readdirSync, statSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it, onTestFinished } from 'vitest'
import { lockDataDir } from './data-dir/lock.ts'
import { askRedis, redisSocketPath } from './redis/redis-socket.ts'
import { isGone, makeTempDir, until } from './testing/processes.ts'

const entry = fileURLToPath(new URL('./main.ts', import.meta.url))

describe('npm start', () => {
  it('runs everything until it is asked to leave, and leaves nothing behind', async () => {
    const dataDir = makeTempDir()
    const { launcher, output } = await startForReal(dataDir)
    expect(output()).toMatch(/^ready ws:\/\/127\.0\.0\.1:\d+\/v1\/realtime$/m)
    expect(output()).toMatch(/^ready wss:\/\/127\.0\.0\.1:\d+\/v1\/realtime$/m)
    expect(output()).toContain('hears    stub')
    expect(statSync(join(dataDir, 'running.json')).mode & 0o777).toBe(0o600)
    launcher.kill('SIGTERM')
    const [code] = (await once(launcher, 'exit')) as [number]
    expect(code).toBe(0)
    expect(readdirSync(dataDir).sort()).toEqual(['logs', 'redis', 'tls'])
    expect(await askRedis(redisSocketPath(join(dataDir, 'redis')))).toBe('absent')
  })

  it('leaves no process behind when it is killed, and starts again on the same data and ports at once', async () => {
    const dataDir = makeTempDir()
    const first = await startForReal(dataDir)
    const pids = processesOn(dataDir)
    // The launcher, Redis's keeper, three workers and the gateway; Redis itself may hide its environment.
    expect(pids.length).toBeGreaterThanOrEqual(6)
    first.launcher.kill('SIGKILL')
    const [port = '', tlsPort = ''] = [...first.output().matchAll(/^ready .*:(\d+)\//gm)].map(([, digits]) => digits)
    await startForReal(dataDir, { VOICEBOX_PORT: port, VOICEBOX_TLS_PORT: tlsPort })
    for (const pid of pids) await until(() => isGone(pid))
  })

  it('refuses a port that is in use in one line that names it and its setting', async () => {
    const server = createServer().listen(0, '127.0.0.1')
    onTestFinished(() => void server.close())
    await once(server, 'listening')
    const address = server.address()
    const port = typeof address === 'object' && address !== null ? String(address.port) : ''
    const dataDir = makeTempDir()
    const { stderr, status } = start([], { VOICEBOX_DATA_DIR: dataDir, VOICEBOX_PORT: port })
    expect(stderr).toMatch(`VOICEBOX_PORT: port ${port} on 127.0.0.1 is in use`)
    expect(stderr.trim().split('\n')).toHaveLength(1)
    expect(status).toBe(2)
    expect(existsSync(join(dataDir, 'voicebox.lock'))).toBe(false)
    expect(statSync(dataDir).mode & 0o777).toBe(0o700)
  })

  it('refuses a data directory that another one runs on', () => {
    const dataDir = makeTempDir()
    const lock = lockDataDir(dataDir)
    const { stderr, status } = start([], { VOICEBOX_DATA_DIR: dataDir })
    expect(stderr).toContain(`Another voicebox (process ${process.pid}) runs on ${dataDir}`)
    expect(status).toBe(2)
    lock.close()
  })

  it('reports every wrong setting at once', () => {
    const { stderr, status } = start([], { VOICEBOX_PORT: 'http', VOICEBOX_STT_ENGINE: 'ear' })
    expect(stderr).toContain('VOICEBOX_PORT: ')
    expect(stderr).toContain('VOICEBOX_STT_ENGINE: ')
    expect(status).toBe(2)
  })

  it('warns of a setting that is misspelt', () => {
    const { stderr } = start([], {
      VOICEBOX_PROT: '1',
      VOICEBOX_TLS_CERT: 'cert.pem',
      VOICEBOX_DATA_DIR: makeTempDir(),
    })
    expect(stderr).toContain('! VOICEBOX_PROT is not a setting')
    expect(stderr).toContain('VOICEBOX_TLS_CERT and VOICEBOX_TLS_KEY are set both or not at all.')
  })

  it('explains itself, and what it does not know', () => {
    expect(start(['--help'], {})).toMatchObject({
      stdout: expect.stringContaining('Usage: npm start') as string,
      status: 0,
    })
    expect(start(['--version'], {})).toMatchObject({ stdout: '0.1.0\n', status: 0 })
    expect(start(['--nope'], {})).toMatchObject({
      stderr: expect.stringContaining("Unknown option '--nope'") as string,
      status: 2,
    })
  })
})

/** The processes whose environment names the folder. */
function processesOn(dataDir: string): number[] {
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name))
  return pids.map(Number).filter((pid) => {
    try {
      return readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0').includes(`VOICEBOX_DATA_DIR=${dataDir}`)
    } catch {
      return false
    }
  })
}

async function startForReal(dataDir: string, env: Record<string, string> = {}) {
  const launcher = spawn(process.execPath, [entry], {
    env: { ...baseEnv(), ...stubs, VOICEBOX_DATA_DIR: dataDir, ...env },
  })
  let output = ''
  for (const stream of [launcher.stdout, launcher.stderr])
    stream.on('data', (text: Buffer) => (output += text.toString()))
  onTestFinished(async () => {
    if (launcher.exitCode !== null || launcher.signalCode !== null) return
    launcher.kill('SIGTERM')
    await once(launcher, 'exit')
  })
  await until(() => {
    if (launcher.exitCode !== null) throw new Error(`It did not start:\n${output}`)
    return output.includes('\ntry: ')
  })
  return { launcher, output: () => output }
}

const stubs = { VOICEBOX_STT_ENGINE: 'stub', VOICEBOX_TTS_ENGINE: 'stub' }

/** Without the settings of whoever runs the tests. */
function baseEnv(): Record<string, string | undefined> {
  const { PATH, HOME } = process.env
  return { PATH, HOME, VOICEBOX_PORT: '0', VOICEBOX_TLS_PORT: '0' }
}

function start(args: string[], env: Record<string, string>) {
  return spawnSync(process.execPath, [entry, ...args], { env: { ...baseEnv(), ...env }, encoding: 'utf8' })
}
