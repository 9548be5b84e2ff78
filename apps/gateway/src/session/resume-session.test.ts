import { newId, type SessionId, silentLog } from '@voicebox/kernel'
import type { ServerEvent } from '@voicebox/protocol'
import { createSession, takeSession } from '@voicebox/streams'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Line } from '../testing/line.ts'
import { openSessions, type Sessions } from '../testing/open-sessions.ts'
import { asks } from '../testing/script.ts'
import { catalogue, tenantId, type TestGateway } from '../testing/test-gateway.ts'
import { eventId } from './event-ids.ts'

let sessions: Sessions
beforeAll(async () => {
  sessions = await openSessions()
})
afterAll(() => sessions.close())

/** What a connection was told, once it is that. */
async function told<T extends ServerEvent['type']>(line: Line, type: T): Promise<Extract<ServerEvent, { type: T }>> {
  for (let waits = 0; waits < 4_000; waits++) {
    const found = eventsOf(line).find((event) => event.type === type)
    if (found !== undefined) return found as Extract<ServerEvent, { type: T }>
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
  return expect.fail(`No ${type} came: ${line.received.join('\n')}`)
}

const eventsOf = (line: Line): ServerEvent[] => line.received.map((text) => JSON.parse(text) as ServerEvent)

/** A session that a client has left without a word, on a gateway of its own. */
async function left(): Promise<{ sessionId: SessionId; gateway: TestGateway; line: Line }> {
  const gateway = sessions.gateway()
  const line = gateway.open()
  const { session } = await told(line, 'session.created')
  await told(line, 'conversation.created')
  line.lose()
  await new Promise(setImmediate)
  await gateway.fleet.gone()
  return { sessionId: session.id as SessionId, gateway, line }
}

/** A refusal, as the client sees it; nothing of it stays in the gateway. */
async function refusal(gateway: TestGateway, line: Line): Promise<{ code: string | null; closeCode: number }> {
  const { code: closeCode } = await line.closed
  const { error } = await told(line, 'error')
  expect(line.received).toHaveLength(1)
  expect(gateway.drivers).toEqual([])
  expect(gateway.errors).toEqual([])
  return { code: error.code, closeCode }
}

/** How many listen for sessions being taken. */
async function listeners(): Promise<number> {
  const [channels] = (await sessions.server.each('PUBSUB', 'SHARDCHANNELS', 'hold:*')) as string[][]
  return channels?.length ?? 0
}

describe('Resuming a session is refused', () => {
  it('where there never was one, or another tenant has it', async () => {
    const gateway = sessions.gateway()
    const unknown = gateway.resume({ sessionId: newId('sess') })
    expect(await refusal(gateway, unknown)).toEqual({ code: 'session_not_found', closeCode: 4000 })
    const { sessionId } = await left()
    const others = gateway.resume({ sessionId, tenantId: 'another' })
    expect(await refusal(gateway, others)).toEqual({ code: 'session_not_found', closeCode: 4000 })
  })

  it.each([true, false])('where it has ended, whether a client says where it was (%s) or not', async (says) => {
    const { sessionId } = await left()
    const last = sessions.gateway().resume({ sessionId })
    await told(last, 'session.resumed')
    last.close()
    const gateway = sessions.gateway()
    await new Promise((resolve) => setTimeout(resolve, 50))
    const late = gateway.resume({ sessionId, lastEventId: says ? eventId(sessionId, 1) : null })
    expect(await refusal(gateway, late)).toEqual({ code: 'session_not_found', closeCode: 4000 })
  })

  it('where nothing of it was ever committed', async () => {
    const gateway = sessions.gateway()
    const sessionId = newId('sess')
    const about = { sessionId, tenantId, holder: 'gateway', ttlMs: 30_000, onTaken: () => {}, log: silentLog }
    const hold = await createSession(sessions.redis, about)
    expect(await refusal(gateway, gateway.resume({ sessionId }))).toMatchObject({ code: 'session_not_found' })
    await hold.end('over')
    await hold.close()
  })

  it.each([
    ['of another session', () => eventId(newId('sess'), 1)],
    ['of no form', () => 'event_1'],
    ['much later than the last', (sessionId: SessionId) => eventId(sessionId, 200_000)],
  ])('where the last event is one %s', async (_, lastEventId) => {
    const { sessionId } = await left()
    const gateway = sessions.gateway()
    const line = gateway.resume({ sessionId, lastEventId: lastEventId(sessionId) })
    expect(await refusal(gateway, line)).toEqual({ code: 'event_not_found', closeCode: 4000 })
    const again = gateway.resume({ sessionId })
    await told(again, 'session.resumed')
    again.close()
  })

  it('where the events after the last are not kept any more, but not without it', async () => {
    const { sessionId } = await left()
    await sessions.redis.commands.hset(`sess:{tenant/${sessionId}}`, 'cut', 1) // as the commit that trims the journal says
    const gateway = sessions.gateway()
    const line = gateway.resume({ sessionId, lastEventId: eventId(sessionId, 0) })
    expect(await refusal(gateway, line)).toEqual({ code: 'event_not_found', closeCode: 4000 })
    const again = gateway.resume({ sessionId })
    await told(again, 'session.resumed')
    again.close()
  })

  it('where its model is not served here', async () => {
    const { sessionId } = await left()
    const gateway = sessions.gateway({ settings: { catalogue: { ...catalogue, find: () => undefined } } })
    expect(await refusal(gateway, gateway.resume({ sessionId }))).toEqual({ code: 'invalid_model', closeCode: 4000 })
    const again = sessions.gateway().resume({ sessionId })
    await told(again, 'session.resumed')
    again.close()
  })

  it('where Redis cannot be reached, for the moment', async () => {
    const { sessionId } = await left()
    const gateway = sessions.gateway()
    gateway.isAway = true
    const line = gateway.resume({ sessionId })
    expect(await line.closed).toMatchObject({ code: 1013 })
    expect(eventsOf(line)).toMatchObject([{ type: 'error', error: { code: 'service_unavailable' } }])
    expect(gateway.drivers).toEqual([])
  })

  it('and leaves nothing behind that listens', async () => {
    const gateway = sessions.gateway()
    const { sessionId } = await left()
    const before = await listeners()
    const refused = sessions.gateway({ settings: { catalogue: { ...catalogue, find: () => undefined } } })
    for (let round = 0; round < 3; round++) {
      await gateway.resume({ sessionId, lastEventId: eventId(sessionId, 200_000) }).closed
      await gateway.resume({ sessionId, tenantId: 'another' }).closed
      await refused.resume({ sessionId }).closed
    }
    await expect.poll(listeners).toBeLessThanOrEqual(before)
  })
})

describe('A session that is resumed', () => {
  it('says first of all that it goes on, and what of the client’s events it has', async () => {
    const { sessionId, line } = await left()
    const again = sessions.gateway().resume({ sessionId, lastEventId: eventsOf(line)[0]?.event_id ?? null })
    const resumed = await told(again, 'session.resumed')
    await told(again, 'conversation.created')
    expect(eventsOf(again)).toEqual([resumed, eventsOf(line)[1]])
    expect(resumed).toMatchObject({ session: { id: sessionId }, received: { events: 0, audio_from: 1 } })
    again.close()
  })

  it('takes what the client sends before it is told, in its order', async () => {
    const { sessionId } = await left()
    const again = sessions.gateway().resume({ sessionId })
    for (let at = 0; at < 5; at++) again.send(JSON.stringify({ type: 'nothing', event_id: `early_${at}` }))
    again.sendBinary()
    again.send(JSON.stringify({ type: 'nothing', event_id: 'last' }))
    await expect.poll(() => eventsOf(again).length, { timeout: 20_000 }).toBe(8)
    expect(eventsOf(again).map((event) => (event.type === 'error' ? event.error.event_id : event.type))).toEqual([
      'session.resumed',
      ...[0, 1, 2, 3, 4].map((at) => `early_${at}`),
      null,
      'last',
    ])
    again.close()
  })

  it('lets nobody send very much before that', async () => {
    const { sessionId } = await left()
    const again = sessions.gateway().resume({ sessionId })
    for (let at = 0; at < 1_001; at++) again.send('{}')
    expect(await again.closed).toMatchObject({ code: 1013 })
  })

  it('ends where the client goes before that', async () => {
    const { sessionId } = await left()
    const gateway = sessions.gateway()
    gateway.resume({ sessionId }).close()
    await expect.poll(() => gateway.said).toContain('Session closed')
    await gateway.fleet.gone()
    const late = sessions.gateway()
    expect(await refusal(late, late.resume({ sessionId }))).toMatchObject({ code: 'session_not_found' })
  })

  it('is not lost where its connection is lost while the workers’ results are read', async () => {
    const { sessionId } = await left()
    const asking = sessions.gateway()
    const line = asking.resume({ sessionId })
    await told(line, 'session.resumed')
    const say = ['First.', 'Second.', 'Third.']
    const content = [{ type: 'input_text', text: asks({ say }) }]
    line.send(JSON.stringify({ type: 'conversation.item.create', item: { type: 'message', role: 'user', content } }))
    line.send(JSON.stringify({ type: 'response.create' }))
    await told(line, 'response.created')
    const { event_id: lastEventId } = eventsOf(line).at(-1) ?? expect.fail()
    line.lose()
    for (let steps = 1; steps < 30; steps++) {
      const gateway = sessions.gateway()
      const lost = gateway.resume({ sessionId, lastEventId })
      gateway.life.after(steps, () => lost.lose())
      await lost.closed
      await new Promise((resolve) => setTimeout(resolve, 5))
      await gateway.fleet.gone()
    }
    const last = sessions.gateway().resume({ sessionId, lastEventId })
    const { response } = await told(last, 'response.done')
    expect(response).toMatchObject({ status: 'completed', output: [{ content: [{ transcript: say.join('') }] }] })
    last.close()
  })

  it('is one process’s only where another takes it at the very same moment', async () => {
    const keepers = { ours: 0, theirs: 0 }
    for (let steps = 1; steps < 14; steps++) {
      const { sessionId } = await left()
      const gateway = sessions.gateway()
      const line = gateway.resume({ sessionId })
      const theirLoss = Promise.withResolvers<null>()
      const about = {
        sessionId,
        tenantId,
        holder: 'another',
        ttlMs: 30_000,
        onTaken: () => theirLoss.resolve(null),
        log: silentLog,
      }
      const taken = Promise.withResolvers<Awaited<ReturnType<typeof takeSession>>>()
      gateway.life.after(steps, () => void takeSession(sessions.redis, about).then(taken.resolve))
      line.send(JSON.stringify({ type: 'nothing' }))
      const loss = await Promise.race([line.closed, theirLoss.promise])
      keepers[loss === null ? 'ours' : 'theirs'] += 1
      if (loss === null)
        await told(line, 'error') // an answer to what it has sent
      else expect([4001, 1011]).toContain(loss.code) // a write may be refused before it is told
      const theirs = await taken.promise
      if (loss !== null) await theirs?.hold.end('over')
      await theirs?.hold.close()
      line.close()
      await new Promise(setImmediate)
      await gateway.fleet.gone()
      expect(gateway.errors).toEqual([])
    }
    expect(Math.min(keepers.ours, keepers.theirs)).toBeGreaterThan(0)
  })
})
