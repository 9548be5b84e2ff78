import { once } from 'node:events'
import { existsSync, readdirSync, statSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { lockDataDir } from './data-dir/lock.ts'
import { askRedis, redisSocketPath } from './redis/redis-socket.ts'
import { isGone, makeTempDir, until } from './testing/processes.ts'
import { processesOn, start, startForReal } from './testing/real-launcher.ts'

describe('npm start', { timeout: 120_000 }, () => {
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
    expect(readdirSync(dataDir).sort()).toEqual(['encryption.key', 'logs', 'postgres', 'redis', 'tls'])
    expect(await askRedis(redisSocketPath(join(dataDir, 'redis')))).toBe('absent')
  })

  it('leaves no process behind when it is killed, and starts again on the same data and ports at once', async () => {
    const dataDir = makeTempDir()
    const first = await startForReal(dataDir)
    const pids = processesOn(dataDir)
    // The launcher, Redis's keeper, four workers and the gateway; Redis itself may hide its environment.
    expect(pids.length).toBeGreaterThanOrEqual(7)
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
    expect(statSync(dataDir).mode & 0o066).toBe(0)
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
