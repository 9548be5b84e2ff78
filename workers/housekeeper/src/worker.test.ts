import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { type SessionId, newId, silentLog, sleep, systemClock } from '@voicebox/kernel'
import { listItems } from '@voicebox/store'
import { usePostgres } from '@voicebox/store/testing'
import { createSession, enqueue, findSession, watchLanes } from '@voicebox/streams'
import { useRedis } from '@voicebox/streams/testing'
import { describe, expect, it, onTestFinished } from 'vitest'

const main = fileURLToPath(new URL('./main.ts', import.meta.url))

interface Housekeeper {
  child: ChildProcess
  /** What it wrote to its log. */
  lines: Record<string, unknown>[]
  url: string
  ended: Promise<number | null>
}

async function start(redisUrl: string, more: NodeJS.ProcessEnv = {}): Promise<Housekeeper> {
  const own = { REDIS_URL: redisUrl, VOICEBOX_WORKER_PORT: '0', VOICEBOX_DRAIN_MS: '3000' }
  const child = fork(main, {
    env: { PATH: process.env.PATH, ...own, ...more },
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  })
  const lines: Housekeeper['lines'] = []
  const hear = (line: string): void =>
    void lines.push(line.startsWith('{') ? (JSON.parse(line) as Record<string, unknown>) : { said: line })
  if (child.stderr !== null) createInterface(child.stderr).on('line', hear)
  const ended = new Promise<number | null>((resolve) => child.once('exit', resolve))
  onTestFinished(async () => {
    child.kill('SIGKILL')
    await ended
  })
  return { child, lines, ended, url: '' }
}

/** Starts one and waits until it serves. */
async function keepHouse(redisUrl: string, more: NodeJS.ProcessEnv = {}): Promise<Housekeeper> {
  const housekeeper = await start(redisUrl, more)
  await once(housekeeper.child, 'message')
  await until(() => housekeeper.lines.some((line) => 'port' in line))
  const port = housekeeper.lines.find((line) => 'port' in line)?.['port']
  return { ...housekeeper, url: `http://127.0.0.1:${String(port)}` }
}

/** The value of a series; null: there is none. */
async function told({ url }: Housekeeper, series: string): Promise<number | null> {
  const text = await (await fetch(`${url}/metrics`)).text()
  const line = text.split('\n').find((one) => one.startsWith(`${series} `))
  return line === undefined ? null : Number(line.slice(series.length))
}

async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  const giveUpAtMs = performance.now() + 60_000
  while (!(await condition())) {
    if (performance.now() > giveUpAtMs) throw new Error('It did not happen within a minute')
    await sleep(50)
  }
}

const reapings = ({ lines }: Housekeeper): unknown[] =>
  lines
    .filter((line) => line['message'] === 'A session was ended because nobody drove it')
    .map((line) => line['session_id'])

describe('A housekeeper', { timeout: 120_000 }, () => {
  const server = useRedis('one server', { persistent: true, each: true })
  const redis = server.handle()

  async function openSession(ttlMs: number): Promise<SessionId> {
    const sessionId = newId('sess')
    const about = { tenantId: 'tenant', holder: 'gateway', openedBy: null, log: silentLog }
    const hold = await createSession(redis, { ...about, sessionId, ttlMs, onTaken: () => {} })
    await hold.close()
    return sessionId
  }
  const isGone = async (sessionId: SessionId): Promise<boolean> =>
    (await findSession(redis, { tenantId: 'tenant', sessionId })) === null

  it('ends each session that nobody drives any more, once over all housekeepers, and no other', async () => {
    const living = await openSession(600_000)
    const abandoned = await Promise.all(Array.from({ length: 150 }, () => openSession(200)))
    const housekeepers = await Promise.all([keepHouse(server.url), keepHouse(server.url)])
    await until(async () => (await Promise.all(abandoned.map(isGone))).every(Boolean))
    await until(() => housekeepers.flatMap(reapings).length >= abandoned.length)
    expect(housekeepers.flatMap(reapings).sort()).toEqual(abandoned.sort())
    expect(housekeepers.flatMap(({ lines }) => lines).find((line) => 'session_id' in line)).toMatchObject({
      service: 'housekeeper',
      tenant_id: 'tenant',
      reason: 'expired',
    })
    const counts = await Promise.all(housekeepers.map((one) => told(one, 'voicebox_sessions_reaped_total')))
    expect(counts.reduce<number>((sum, count) => sum + (count ?? 0), 0)).toBe(abandoned.length)
    expect(await isGone(living)).toBe(false)
  })

  it('goes on when Redis was away, and tells that it is not ready meanwhile', async () => {
    const housekeeper = await keepHouse(server.url)
    const readiness = async (): Promise<number> => (await fetch(`${housekeeper.url}/readyz`)).status
    expect(await readiness()).toBe(200)
    await server.stop()
    await until(async () => (await readiness()) === 503)
    await server.start()
    await until(async () => (await readiness()) === 200)
    const abandoned = await openSession(200)
    await until(() => isGone(abandoned))
    expect(housekeeper.child.exitCode).toBeNull()
  })

  it('tells how the lanes are', async () => {
    const lane = 'jobs:llm:default'
    const watch = watchLanes(redis, { lanes: [lane], onChange: () => {}, clock: systemClock, log: silentLog })
    const about = { kind: 'generate', sessionId: newId('sess'), tenantId: 'tenant', traceId: 'trace' } as const
    for (let at = 0; at < 3; at += 1) {
      const responseId = newId('resp')
      await enqueue(redis, lane, {
        ...about,
        id: newId('job'),
        responseId,
        deadlineMs: 60_000,
        instructions: '',
        itemIds: [],
      })
    }
    const housekeeper = await keepHouse(server.url)
    await until(async () => (await told(housekeeper, `voicebox_lane_depth{lane="${lane}"}`)) === 3)
    expect(await told(housekeeper, `voicebox_lane_overflow{lane="${lane}"}`)).toBe(0)
    expect(await told(housekeeper, `voicebox_lane_workers{lane="${lane}"}`)).toBe(0)
    expect(await told(housekeeper, `voicebox_dead_letters{lane="${lane}"}`)).toBe(0)
    expect(await told(housekeeper, `voicebox_lane_oldest_seconds{lane="${lane}"}`)).toBeGreaterThan(0)
    await watch.close()
  })

  it.each(['there', 'gone', 'silent'])('leaves with 0 when it is asked to while Redis is %s', async (redisIs) => {
    const { child, ended, lines } = await keepHouse(server.url)
    if (redisIs === 'gone') await server.stop()
    if (redisIs === 'silent') await server.pause()
    await sleep(1_500) // so that a pass is under way
    child.kill('SIGTERM')
    expect(await ended, JSON.stringify(lines)).toBe(0)
    await server.resume()
  })

  it('leaves with 0 when it is asked to before it has met Redis', async () => {
    await server.stop()
    const { child, ended, lines } = await start(server.url)
    await until(() => lines.length > 0)
    child.kill('SIGTERM')
    expect(await ended).toBe(0)
  })
})

describe('A housekeeper with a database', { timeout: 120_000 }, () => {
  const server = useRedis('one server')
  const redis = server.handle()
  const postgres = usePostgres()
  const store = postgres.store()

  it('is not ready while Postgres is away, tells how much history waits, and writes it then', async () => {
    const housekeeper = await keepHouse(server.url, { DATABASE_URL: postgres.url })
    const ready = () => fetch(`${housekeeper.url}/readyz`)
    await until(async () => (await ready()).ok)
    await postgres.stop()
    await until(async () => (await ready()).status === 503)
    expect(await (await ready()).text()).toContain('postgres')

    const sessionId = newId('sess')
    const history = { maxUnwrittenBytes: 1_000_000, onFull: () => {} }
    const about = { tenantId: 'tenant', holder: 'gateway', ttlMs: 60_000, onTaken: () => {}, log: silentLog }
    const hold = await createSession(redis, { ...about, sessionId, history })
    const fact = { kind: 'item', itemId: 'item_1', position: 1, item: {}, words: 'marigold' }
    const facts = [{ number: 1, atMs: Date.now() - 5_000, fact }]
    await hold.commit({ set: [], drop: [], save: [], forget: [], sent: [], history: facts, resultsUpTo: 0 })
    await hold.end('closed')
    await hold.close()
    const backlog = () => told(housekeeper, 'voicebox_history_backlog_records')
    await until(async () => (await backlog()) === 2)
    expect(await told(housekeeper, 'voicebox_history_sessions')).toBe(1)
    expect(await told(housekeeper, 'voicebox_history_oldest_seconds')).toBeGreaterThanOrEqual(5)

    await postgres.start()
    await until(async () => (await backlog()) === 0)
    expect(await told(housekeeper, 'voicebox_history_written_total')).toBe(2)
    expect((await listItems(store, 'tenant', sessionId)).entries).toHaveLength(1)
    await until(async () => (await ready()).ok)
  })
})
