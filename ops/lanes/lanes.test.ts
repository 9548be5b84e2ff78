import { Failure, newId, silentLog, systemClock } from '@voicebox/kernel'
import { type Lane, type SynthesizeJob, consumeLane, createSession, enqueue, laneStats } from '@voicebox/streams'
import { useRedis } from '@voicebox/streams/testing'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { readArguments } from './arguments.ts'
import { type ExitCode, runLanes } from './lanes.ts'

type Speech = Extract<Lane, `jobs:tts:${string}`>
const lane: Speech = 'jobs:tts:stub'
const other: Speech = 'jobs:tts:flite'
const patient = { timeout: 20_000, interval: 10 }

describe('npm run lanes', () => {
  const server = useRedis()
  const redis = server.handle()
  beforeEach(async () => {
    await redis.commands.flushall()
  })

  async function run(...args: string[]): Promise<{ code: ExitCode; out: string; problems: string }> {
    let out = ''
    let problems = ''
    const console = { write: (text: string) => void (out += text), complain: (text: string) => void (problems += text) }
    return { code: await runLanes(args, { REDIS_URL: server.url }, console), out, problems }
  }
  const json = async (...args: string[]): Promise<unknown> => JSON.parse((await run(...args, '--json')).out)

  /** Has a job given up by a worker; answers the id of its letter. */
  async function giveUp(name: Speech, about: Partial<SynthesizeJob> = {}): Promise<string> {
    const before = (await laneStats(redis, name)).dead
    const consumer = consumeLane(redis, {
      lane: name,
      concurrency: 1,
      claimAfterMs: 5_000,
      maxAttempts: 1,
      consumer: newId('job'),
      clock: systemClock,
      log: silentLog,
      run: () => Promise.reject(new Failure('engine', 'engine_broke', 'It broke')),
      failed: () => [],
    })
    await enqueue(redis, name, job(about))
    await vi.waitFor(async () => expect((await laneStats(redis, name)).dead).toBe(before + 1), patient)
    await consumer.close()
    const [letter] = await redis.commands.xrevrange(`dead:{${name}}`, '+', '-', 'COUNT', '1')
    return letter?.[0] ?? ''
  }
  async function liveSession() {
    const sessionId = newId('sess')
    const about = { tenantId: 'tenant', sessionId, holder: 'gateway', ttlMs: 60_000, onTaken: () => {}, log: silentLog }
    return createSession(redis, about)
  }

  it('lists every lane with what waits, works and has died there', async () => {
    expect((await run('list')).out).toBe('No lane was used so far.\n')
    await giveUp(lane)
    await giveUp(other)
    for (let waiting = 0; waiting < 3; waiting++) await enqueue(redis, lane, job())
    const { code, out } = await run('list')
    expect(code).toBe(0)
    expect(out.split('\n').map((line) => line.split(/ {2,}/).map((cell) => cell.trim()))).toMatchObject([
      ['lane', 'waiting', 'overflow', 'oldest', 'working', 'retrying', 'workers', 'dead'],
      [other, '0', '0', '-', '0', '0', '0', '1'],
      [lane, '3', '2', expect.stringMatching(/^\d+(\.\d)? m?s$/) as string, '0', '0', '0', '1'],
      [''],
    ])
    const [, stub] = (await json('list')) as object[]
    expect(stub).toMatchObject({ lane, depth: 3, pending: 0, later: 0, consumers: 0, dead: 1, overflow: 2 })
    expect(await json('list', '--lane', 'tts:flite')).toMatchObject([{ lane: other }])
  })

  it('shows what was given up: in a line each, or all of those that are named', async () => {
    expect((await run('show')).out).toBe('There are no dead letters.\n')
    const id = await giveUp(lane, { text: 'Good morning.' })
    const flite = await giveUp(other, { text: 'Good night.' })
    const { out } = await run('show')
    expect(out.split('\n')).toHaveLength(3)
    expect(out).toContain(`${id}  ${lane}`)
    expect(out).toContain('engine_broke: It broke')
    expect(out).not.toContain('Good')
    const details = await run('show', flite)
    expect(details.out).toContain('Good night.')
    expect(details.out).not.toContain('Good morning.')
    expect(await json('show', '--lane', lane)).toMatchObject([{ id, lane, attempts: 1, isWhole: true }])
  })

  it('puts a job back while its session lives, and says where it cannot', async () => {
    const hold = await liveSession()
    const living = await giveUp(lane, { sessionId: hold.sessionId })
    const ended = await giveUp(lane)
    const { code, out } = await run('retry', '--all')
    expect(code).toBe(1)
    expect(out).toBe(
      [`${living}  ${lane}  put back as a new job\n`, `${ended}  ${lane}  not put back: its session has ended\n`].join(
        '',
      ),
    )
    expect(await laneStats(redis, lane)).toMatchObject({ depth: 1, dead: 1 })
    expect(await run('retry', ended)).toMatchObject({ code: 1 })
    expect(await run('retry', living)).toMatchObject({ code: 1, problems: `There is no dead letter ${living}.\n` })
    await hold.end('closed')
    await hold.close()
  })

  it('throws letters away, those that are named or all of a lane', async () => {
    const [first, second] = [await giveUp(lane), await giveUp(lane)]
    await giveUp(other)
    expect(await run('drop', first)).toMatchObject({ code: 0, out: `${first}  ${lane}  thrown away\n` })
    expect(await json('show', '--lane', lane)).toMatchObject([{ id: second }])
    expect((await run('drop', '--all', '--lane', lane)).code).toBe(0)
    expect(await json('show')).toMatchObject([{ lane: other }])
    expect(await run('drop', '--all', '--lane', lane)).toMatchObject({ code: 0, out: 'There was nothing to do.\n' })
  })

  it('asks for the lane where several have a letter of one id', async () => {
    for (const name of [lane, other]) {
      const id = await giveUp(name)
      const [[, [, letter = Buffer.alloc(0)]]] = (await redis.commands.xrangeBuffer(`dead:{${name}}`, id, id)) as [
        [Buffer, Buffer[]],
      ]
      await redis.commands.del(`dead:{${name}}`)
      await redis.commands.xadd(`dead:{${name}}`, '7-0', 'letter', letter)
    }
    const { code, problems } = await run('drop', '7-0')
    expect(code).toBe(1)
    expect(problems).toBe(`7-0 is a letter of ${other} and ${lane}: say --lane.\n`)
    expect((await run('drop', '7-0', '--lane', lane)).code).toBe(0)
    expect(await json('show')).toMatchObject([{ lane: other }])
  })

  it('knows no lane that there is not', async () => {
    await giveUp(lane)
    const { code, problems } = await run('list', '--lane', 'tts:kokoro')
    expect(code).toBe(1)
    expect(problems).toBe(`There is no lane jobs:tts:kokoro. There are: ${lane}\n`)
  })

  it.each([
    [[], 'What shall be done?'],
    [['bury'], 'no command bury'],
    [['retry'], 'Which letters?'],
    [['drop', '--all', '1-0'], 'Which letters?'],
    [['list', '1-0'], 'list takes no letters'],
    [['list', '--nonsense'], '--nonsense'],
  ])('refuses the command line %j', async (args, why) => {
    const { code, out, problems } = await run(...args)
    expect([code, out]).toEqual([2, ''])
    expect(problems).toContain(why)
  })

  it('says how it is used', async () => {
    expect(await run('--help')).toMatchObject({
      code: 0,
      out: expect.stringContaining('npm run lanes -- retry') as string,
    })
    expect(readArguments(['list', '--lane', 'tts:flite'])).toMatchObject({ lane: 'jobs:tts:flite' })
  })
})

function job(about: Partial<SynthesizeJob> = {}): SynthesizeJob {
  return {
    kind: 'synthesize',
    id: newId('job'),
    sessionId: newId('sess'),
    tenantId: 'tenant',
    deadlineMs: 60_000,
    traceId: 'trace',
    responseId: newId('resp'),
    segment: 0,
    text: 'Good morning.',
    voice: 'alloy',
    speed: 1,
    ...about,
  }
}
