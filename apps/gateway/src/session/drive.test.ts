import { bytesOf } from '@voicebox/audio'
import { makeManualClock, type SessionId, systemClock } from '@voicebox/kernel'
import type { ServerEvent, ServerEventOf, ServerEventType } from '@voicebox/protocol'
import { findSession } from '@voicebox/streams'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Line } from '../testing/line.ts'
import { openSessions, type Sessions } from '../testing/open-sessions.ts'
import { asks, frameOf } from '../testing/script.ts'
import { metrics, type GatewayOptions, type TestGateway } from '../testing/test-gateway.ts'

let sessions: Sessions
beforeAll(async () => {
  sessions = await openSessions()
})
afterAll(() => sessions.close())

const patient = { timeout: 20_000, interval: 5 }
const eventsOf = (line: Line): ServerEvent[] => line.received.map((text) => JSON.parse(text) as ServerEvent)
const of = <T extends ServerEventType>(line: Line, type: T): ServerEventOf<T>[] =>
  eventsOf(line).filter((event) => event.type === type) as ServerEventOf<T>[]
const errorsOf = (line: Line): (string | null)[] => of(line, 'error').map(({ error }) => error.code)

async function nth<T extends ServerEventType>(line: Line, type: T, n = 1): Promise<ServerEventOf<T>> {
  await expect.poll(() => of(line, type).length, patient).toBeGreaterThanOrEqual(n)
  return of(line, type)[n - 1] ?? expect.fail()
}

/** How many sessions this quota has ended. */
async function endedBy(limit: 'audio' | 'session_length'): Promise<number> {
  const series = `voicebox_quota_refusals_total{limit="${limit}"} `
  const line = (await metrics.text()).split('\n').find((one) => one.startsWith(series))
  return Number(line?.slice(series.length))
}

/** A session on a gateway of its own. */
async function open(
  options: Partial<GatewayOptions> = {},
  welcome: Parameters<TestGateway['open']>[0] = {},
): Promise<{ gateway: TestGateway; line: Line; sessionId: SessionId; send(event: object): void }> {
  const gateway = sessions.gateway(options)
  const line = gateway.open(welcome)
  const { session } = await nth(line, 'session.created')
  await nth(line, 'conversation.created')
  return { gateway, line, sessionId: session.id as SessionId, send: (event) => line.send(JSON.stringify(event)) }
}

const append = (level: number): object => ({
  type: 'input_audio_buffer.append',
  audio: Buffer.from(bytesOf(frameOf(level))).toString('base64'),
})
const byHand = { type: 'session.update', session: { type: 'realtime', audio: { input: { turn_detection: null } } } }
const written = (answer: Parameters<typeof asks>[0]): object => ({
  type: 'conversation.item.create',
  item: { type: 'message', role: 'user', content: [{ type: 'input_text', text: asks(answer) }] },
})

/** Whether a session can be resumed, and is as it was. */
async function resumes(sessionId: SessionId): Promise<Line> {
  const line = sessions.gateway().resume({ sessionId })
  expect((await nth(line, 'session.resumed')).session.id).toBe(sessionId)
  return line
}

describe('A driver that is taken from', () => {
  it('tells its client where its session is, and what it does then harms nobody', async () => {
    const { gateway, line, sessionId, send } = await open()
    const again = await resumes(sessionId)
    expect(await line.closed).toMatchObject({ code: 4001 })
    expect(errorsOf(line)).toEqual(['session_resumed_elsewhere'])
    send(written({}))
    gateway.drivers[0]?.taken()
    gateway.drivers[0]?.storage(true)
    gateway.drivers[0]?.service('language', false)
    await gateway.fleet.gone()
    expect(line.received).toHaveLength(3)
    again.close()
    await again.closed
  })

  it('says so where it finds out by what is refused to it', async () => {
    const { gateway, line, sessionId, send } = await open()
    await sessions.redis.commands.hset(`sess:{tenant/${sessionId}}`, 'token', String(2 ** 50)) // as after a take that nobody heard of
    send(written({}))
    expect(await line.closed).toMatchObject({ code: 1011, reason: 'server_error.session_lost' })
    expect(errorsOf(line)).toEqual(['session_lost'])
    await gateway.fleet.gone()
    expect(gateway.errors).toEqual([])
    expect(await findSession(sessions.redis, { tenantId: 'tenant', sessionId })).not.toBeNull()
    await sessions.redis.commands.del(`sess:{tenant/${sessionId}}`)
  })

  it('finds out by a sign of life that is refused, in silence', async () => {
    const { line, sessionId } = await open({ settings: { heartbeatMs: 40 } })
    await sessions.redis.commands.hset(`sess:{tenant/${sessionId}}`, 'token', String(2 ** 50))
    expect(await line.closed).toMatchObject({ code: 1011 })
    await sessions.redis.commands.del(`sess:{tenant/${sessionId}}`)
  })
})

describe('A driver whose tenant has no audio left for today', () => {
  it('says so, finishes the answer that is under way, and ends the session', async () => {
    await sessions.redis.commands.del('limits:{tenant}:audio')
    const endedBefore = await endedBy('audio')
    const { gateway, line, sessionId, send } = await open({ terms: { audioMsPerDay: 1_000 } })
    send(byHand)
    await nth(line, 'session.updated')
    send(written({ say: ['Good morning.', 'How are you?'] }))
    send({ type: 'response.create' })
    await nth(line, 'response.created')
    const appending = setInterval(() => send(append(0)), 5)
    const error = await nth(line, 'error')
    expect(error.error).toMatchObject({ type: 'rate_limit_error', code: 'insufficient_quota' })
    expect(error.error.message).toMatch(/Please try again in \d+s\.$/)
    expect(await line.closed).toMatchObject({ code: 4000, reason: 'rate_limit_error.insufficient_quota' })
    clearInterval(appending)
    expect(of(line, 'response.done').map(({ response }) => response.status)).toEqual(['completed'])
    expect(of(line, 'error')).toHaveLength(1)
    expect(await endedBy('audio')).toBe(endedBefore + 1)
    await gateway.fleet.gone()
    expect(await findSession(sessions.redis, { tenantId: 'tenant', sessionId })).toBeNull()
    expect(Number(await sessions.redis.commands.hget('limits:{tenant}:audio', 'sum'))).toBeLessThanOrEqual(1_000)
    await sessions.redis.commands.del('limits:{tenant}:audio')
  })
})

describe('A driver whose Redis goes away', () => {
  it('tells its client once each time, and answers when it is back what was asked meanwhile', async () => {
    const { gateway, line, send } = await open()
    const [driver] = gateway.drivers
    gateway.isAway = true
    driver?.storage(true)
    driver?.storage(true)
    send({ type: 'session.update', session: { type: 'realtime', instructions: 'Wait.' } })
    await new Promise((resolve) => setTimeout(resolve, 150))
    expect(of(line, 'session.updated')).toEqual([])
    expect(errorsOf(line)).toEqual(['service_unavailable'])
    gateway.isAway = false
    driver?.storage(false)
    await nth(line, 'session.updated')
    driver?.storage(true)
    expect(errorsOf(line)).toEqual(['service_unavailable', 'service_unavailable'])
    line.close()
    await gateway.fleet.gone()
  })

  it('lets go of the session when that lasts too long; it can be resumed, and nothing was answered in vain', async () => {
    const { gateway, line, sessionId, send } = await open({ settings: { holdMs: 250 } })
    gateway.isAway = true
    send({ type: 'session.update', session: { type: 'realtime', instructions: 'Never.' } })
    expect(await line.closed).toMatchObject({ code: 1013 })
    expect(of(line, 'session.updated')).toEqual([])
    await gateway.fleet.gone()
    const again = await resumes(sessionId)
    expect(await nth(again, 'session.resumed')).toMatchObject({
      session: { instructions: '' },
      received: { events: 0 },
    })
    again.close()
  })

  it('gives up nobody’s work for being late as long as nobody can be heard', async () => {
    const clock = makeManualClock(Date.now())
    const limits = { inputBufferMs: 300_000, workTimeoutMs: 5_000, keptAudioMs: 300_000 }
    const { gateway, line, send } = await open({ settings: { clock, limits } })
    send(written({ say: ['On and on.'], isEndless: true }))
    send({ type: 'response.create' })
    await nth(line, 'response.output_audio.delta')
    gateway.drivers[0]?.storage(true)
    clock.advance(60_000)
    expect(of(line, 'response.done')).toEqual([])
    gateway.drivers[0]?.storage(false)
    clock.advance(10_000)
    expect(await nth(line, 'response.done')).toMatchObject({ response: { status: 'failed' } })
    line.close()
  })

  it('tells a Redis that has lost the session of it again, with the next sign of life', async () => {
    const { line, sessionId, send } = await open({ settings: { heartbeatMs: 50 } })
    send({ type: 'session.update', session: { type: 'realtime', instructions: 'Remember.' } })
    await nth(line, 'session.updated')
    const keys = await sessions.server.keys(`*{tenant/${sessionId}}*`)
    await sessions.redis.commands.del(...keys)
    expect(await findSession(sessions.redis, { tenantId: 'tenant', sessionId })).toBeNull()
    await expect.poll(() => findSession(sessions.redis, { tenantId: 'tenant', sessionId }), patient).not.toBeNull()
    const again = await resumes(sessionId)
    expect(await nth(again, 'session.resumed')).toMatchObject({ session: { instructions: 'Remember.' } })
    again.close()
  })

  describe('and comes back without results that it had', () => {
    /** As if the results so far had never been stored, by a server that was away for a moment. */
    async function forget(sessionId: SessionId): Promise<void> {
      await sessions.redis.commands.hset(`out:{tenant/${sessionId}}:head`, 'number', 1)
      await sessions.server.each('CLIENT', 'KILL', 'TYPE', 'pubsub')
    }

    it('ends what was under way, and tells why', async () => {
      const { line, sessionId, send } = await open()
      send(written({ say: ['On and on.'], isEndless: true }))
      send({ type: 'response.create' })
      await nth(line, 'response.output_audio.delta')
      await forget(sessionId)
      expect(await nth(line, 'response.done')).toMatchObject({ response: { status: 'incomplete' } })
      expect(errorsOf(line)).toEqual(['results_lost'])
      line.close()
    })

    it('tells it again of a session of which it knows nothing, before anybody looks for that', async () => {
      const { line, sessionId, send } = await open({ settings: { heartbeatMs: 600_000 } })
      send({ type: 'session.update', session: { type: 'realtime', instructions: 'Remember.' } })
      await nth(line, 'session.updated')
      await sessions.redis.commands.del(...(await sessions.server.keys(`*{tenant/${sessionId}}*`)))
      await sessions.server.each('CLIENT', 'KILL', 'TYPE', 'pubsub')
      await expect.poll(() => findSession(sessions.redis, { tenantId: 'tenant', sessionId }), patient).not.toBeNull()
      line.close()
    })

    it('answers what is asked for from then on as ever, also what was asked for meanwhile', async () => {
      const { gateway, line, sessionId, send } = await open()
      send(written({ say: ['One.'] }))
      send({ type: 'response.create' })
      await nth(line, 'response.done')
      gateway.isAway = true
      send(written({ say: ['Two.'] }))
      send({ type: 'response.create' })
      await forget(sessionId)
      gateway.isAway = false
      await nth(line, 'response.done', 2)
      send(written({ say: ['Three.'] }))
      send({ type: 'response.create' })
      await nth(line, 'response.done', 3)
      expect(of(line, 'response.done').map(({ response }) => response.status)).toEqual(Array(3).fill('completed'))
      expect(errorsOf(line)).toEqual([])
      line.close()
    })
  })
})

describe('A driver whose client', () => {
  it('sends too many events answers each, and has room again after a while', async () => {
    const clock = makeManualClock(Date.now())
    const { gateway, line, send } = await open({ settings: { clock, eventsPerSecond: 2 } })
    for (let at = 0; at < 12; at++) send({ type: 'nothing', event_id: `event_${at}` })
    await nth(line, 'error', 12)
    const codes = errorsOf(line)
    expect(codes).toEqual([...Array<string>(8).fill('invalid_value'), ...Array<string>(4).fill('rate_limit_exceeded')])
    expect(of(line, 'error').at(-1)?.error).toMatchObject({ type: 'rate_limit_error' })
    for (let frame = 0; frame < 20; frame++) send(append(1)) // audio is not counted
    clock.advance(500)
    send({ type: 'nothing' })
    await nth(line, 'error', 13)
    expect(errorsOf(line).at(-1)).toBe('invalid_value')
    line.close()
    await gateway.fleet.gone()
  })

  it('sends more audio at once than the buffer holds is told so, and its session goes on', async () => {
    const limits = { inputBufferMs: 2_000, workTimeoutMs: 60_000, keptAudioMs: 300_000 }
    const { gateway, line, send } = await open({ settings: { limits } })
    send(byHand)
    await nth(line, 'session.updated')
    const audio = Buffer.alloc(2_200 * 48).toString('base64')
    send({ type: 'input_audio_buffer.append', audio })
    await nth(line, 'error')
    send({ type: 'input_audio_buffer.commit' })
    await nth(line, 'input_audio_buffer.committed')
    expect(errorsOf(line)).toEqual(['input_audio_buffer_full'])
    line.close()
    await gateway.fleet.gone()
    expect(gateway.errors).toEqual([])
  })

  it.each([0, 1, 499, 999])('has a session for as long as it may, begun %i ms into a second', async (ms) => {
    const clock = makeManualClock(1_800_000_000_000 + ms)
    const endedBefore = await endedBy('session_length')
    const { gateway, line, sessionId } = await open({ settings: { clock } }, { lifeS: 120 })
    clock.advance(119_999)
    expect(line.ended).toBeNull()
    clock.advance(1_001)
    expect(await line.closed).toMatchObject({ code: 1001 })
    expect(of(line, 'error')[0]?.error).toMatchObject({
      code: 'session_expired',
      message: 'Your session hit the maximum duration of 2 minutes.',
    })
    expect(await endedBy('session_length')).toBe(endedBefore + 1)
    await gateway.fleet.gone()
    expect(await findSession(sessions.redis, { tenantId: 'tenant', sessionId })).toBeNull()
  })

  it.each([1000, 1005])('closes by %s has its session ended, and nothing of it is left', async (code) => {
    const { gateway, line, sessionId, send } = await open()
    send(written({ say: ['On and on.'], isEndless: true }))
    send({ type: 'response.create' })
    await nth(line, 'response.output_audio.delta')
    line.close(code)
    await new Promise(setImmediate)
    await gateway.fleet.gone()
    await expect
      .poll(() => sessions.server.keys(`*{tenant/${sessionId}}*`), patient)
      .toEqual([`sess:{tenant/${sessionId}}`])
    expect(gateway.clock.armed).toBe(0)
    await expect
      .poll(() => sessions.server.each('PUBSUB', 'SHARDCHANNELS', `*{tenant/${sessionId}}*`), patient)
      .toEqual([[]])
  })

  it.each([1001, 1006, 1011])('is lost by %s can come back', async (code) => {
    const { gateway, line, sessionId } = await open()
    line.close(code)
    await new Promise(setImmediate)
    await gateway.fleet.gone()
    expect(gateway.clock.armed).toBe(0)
    const again = await resumes(sessionId)
    again.close()
  })

  it('reads nothing is cut off once too much waits for it, and can come back', async () => {
    const { gateway, line, sessionId, send } = await open({ settings: { maxSendBufferBytes: 20_000 } })
    line.reads(false)
    const say = Array.from({ length: 12 }, (_, at) => `${'A very long sentence. '.repeat(16)}${at}`)
    send(written({ say }))
    send({ type: 'response.create' })
    expect(await line.closed).toMatchObject({ code: 1006 })
    await gateway.fleet.gone()
    const again = await resumes(sessionId)
    await nth(again, 'response.done')
    again.close()
  })

  it('reads slowly gets everything, and what it does not take meanwhile stays in Redis', async () => {
    const { gateway, line, send } = await open()
    line.reads(false)
    const say = Array.from({ length: 30 }, (_, at) => `${'A very long sentence. '.repeat(10)}${at}`)
    send(written({ say }))
    send({ type: 'response.create' })
    await expect.poll(() => gateway.fleet.slow, patient).toBe(1)
    await new Promise((resolve) => setTimeout(resolve, 300))
    const waiting = line.received.length
    expect(waiting).toBe(2)
    for (let round = 0; round < 2_000 && of(line, 'response.done').length === 0; round++) {
      line.reads(true)
      line.reads(round % 2 === 0)
      await new Promise((resolve) => setTimeout(resolve, 5))
    }
    const bytes = of(line, 'response.output_audio.delta').reduce(
      (sum, { delta }) => sum + Buffer.byteLength(delta, 'base64'),
      0,
    )
    expect(bytes).toBe(say.reduce((sum, { length }) => sum + length * 160 * 2, 0))
    expect(errorsOf(line)).toEqual([])
    line.close()
    await gateway.fleet.gone()
  })

  it('sends what is no text is told so', async () => {
    const { line } = await open()
    line.sendBinary()
    expect((await nth(line, 'error')).error).toMatchObject({ code: 'invalid_event' })
    line.close()
  })
})

describe('The client’s events', () => {
  it('are counted over the whole life of the session: those that were dealt with are not wanted again', async () => {
    const { line, sessionId, send } = await open()
    send(byHand)
    await nth(line, 'session.updated')
    for (let frame = 0; frame < 10; frame++) send(append(frame))
    send({ type: 'input_audio_buffer.commit' })
    await nth(line, 'input_audio_buffer.committed')
    line.lose()
    const again = await resumes(sessionId)
    expect((await nth(again, 'session.resumed')).received).toEqual({ events: 12, audio_from: 13 })
    again.send(JSON.stringify({ type: 'nothing' }))
    await nth(again, 'error')
    again.lose()
    const third = await resumes(sessionId)
    expect((await nth(third, 'session.resumed')).received.events).toBe(13)
    third.close()
  })

  it('of audio are wanted again as the beginning of speech, though the process stood still since they came', async () => {
    let stoodMs = 0
    const clock = { ...systemClock, now: () => systemClock.now() + stoodMs }
    const { line, sessionId, send } = await open({ settings: { clock, heartbeatMs: 20 } })
    for (let frame = 0; frame < 10; frame++) send(append(0))
    send({ type: 'nothing' })
    await nth(line, 'error') // they were taken
    stoodMs = 60_000
    await new Promise((resolve) => setTimeout(resolve, 200)) // it shows that it lives, and where it is
    line.lose()
    const again = sessions.gateway().resume({ sessionId, sendsAgain: true })
    expect((await nth(again, 'session.resumed')).received).toEqual({ events: 0, audio_from: 1 })
    again.close()
  })

  it('do not act twice that are sent again with the audio round them', async () => {
    const { gateway, line, sessionId, send } = await open()
    send(byHand)
    for (let frame = 0; frame < 10; frame++) send(append(frame))
    send({ type: 'conversation.item.create', item: { id: 'item_a', type: 'message', role: 'user', content: [] } })
    await nth(line, 'conversation.item.done')
    line.lose()
    await new Promise(setImmediate)
    await gateway.fleet.gone()
    const again = sessions.gateway().resume({ sessionId, sendsAgain: true })
    const { received } = await nth(again, 'session.resumed')
    expect(received).toEqual({ events: 0, audio_from: 1 })
    again.send(JSON.stringify(byHand))
    for (let frame = 0; frame < 10; frame++) again.send(JSON.stringify(append(frame)))
    again.send(
      JSON.stringify({
        type: 'conversation.item.create',
        item: { id: 'item_a', type: 'message', role: 'user', content: [] },
      }),
    )
    again.send(JSON.stringify({ type: 'input_audio_buffer.commit' }))
    const { item_id } = await nth(again, 'input_audio_buffer.committed')
    expect(eventsOf(again).map(({ type }) => type)).not.toContain('error')
    expect(of(again, 'session.updated')).toEqual([])
    again.send(JSON.stringify({ type: 'conversation.item.retrieve', item_id }))
    const { item } = await nth(again, 'conversation.item.retrieved')
    const audio = item.type === 'message' && item.content[0]?.type === 'input_audio' ? item.content[0].audio : ''
    expect(Buffer.byteLength(audio ?? '', 'base64') / 48).toBeCloseTo(200, -1)
    again.close()
  })
})
