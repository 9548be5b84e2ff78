import type { ServerEvent } from '@voicebox/protocol'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Line } from './testing/line.ts'
import { openSessions, type Sessions } from './testing/open-sessions.ts'
import { asks } from './testing/script.ts'
import type { TestGateway } from './testing/test-gateway.ts'

let sessions: Sessions
beforeAll(async () => {
  sessions = await openSessions()
})
afterAll(() => sessions.close())

const eventsOf = (line: Line): ServerEvent[] => line.received.map((text) => JSON.parse(text) as ServerEvent)

async function told(line: Line, type: ServerEvent['type']): Promise<void> {
  await expect.poll(() => eventsOf(line).map((event) => event.type), { timeout: 20_000 }).toContain(type)
}

/** A session that gives an answer which does not end by itself. */
async function busy(gateway: TestGateway): Promise<Line> {
  const line = gateway.open()
  const content = [{ type: 'input_text', text: asks({ say: ['On and on.'], isEndless: true }) }]
  line.send(JSON.stringify({ type: 'conversation.item.create', item: { type: 'message', role: 'user', content } }))
  line.send(JSON.stringify({ type: 'response.create' }))
  await told(line, 'response.output_audio.delta')
  return line
}

async function idle(gateway: TestGateway): Promise<Line> {
  const line = gateway.open()
  await told(line, 'session.created')
  return line
}

describe('The fleet', () => {
  it('knows which sessions are driven, and waits for what is left to do for those that were', async () => {
    const gateway = sessions.gateway()
    const { fleet } = gateway
    const [one, two] = [await idle(gateway), await idle(gateway)]
    expect([fleet.size, fleet.slow]).toEqual([2, 0])
    one.lose()
    await new Promise(setImmediate)
    expect(fleet.size).toBe(1)
    await fleet.gone()
    two.close()
    await new Promise(setImmediate)
    await fleet.gone()
    expect(fleet.size).toBe(0)
    const keys = await sessions.server.keys('sess:*')
    const states = await Promise.all(keys.map((key) => sessions.redis.commands.hget(key, 'state')))
    expect(states.sort()).toEqual(['ended', 'live'])
  })

  it('tells every session whether Redis can be reached, those that come later too', async () => {
    const gateway = sessions.gateway()
    const one = await idle(gateway)
    gateway.fleet.storage(true)
    const two = await idle(gateway)
    for (const line of [one, two]) {
      const outages = eventsOf(line).filter((event) => event.type === 'error')
      expect(outages).toMatchObject([{ error: { code: 'service_unavailable' } }])
      line.close()
    }
  })

  it('tells every session who serves it', async () => {
    const gateway = sessions.gateway()
    const line = await idle(gateway)
    gateway.fleet.served({ isServed: (service) => service !== 'language' })
    line.send(JSON.stringify({ type: 'response.create', response: { output_modalities: ['text'] } }))
    await told(line, 'response.done')
    expect(eventsOf(line).at(-1)).toMatchObject({ response: { status: 'failed' } })
    gateway.fleet.served({ isServed: () => true })
    line.send(JSON.stringify({ type: 'response.create', response: { output_modalities: ['text'] } }))
    const outcomes = (): unknown[] =>
      eventsOf(line).flatMap((event) => (event.type === 'response.done' ? [event.response.status] : []))
    await expect.poll(outcomes, { timeout: 20_000 }).toEqual(['failed', 'completed'])
    line.close()
  })

  it('lets go of idle sessions at once, and of busy ones when they are not any more', async () => {
    const gateway = sessions.gateway()
    const [resting, talking] = [await idle(gateway), await busy(gateway)]
    const drained = gateway.fleet.drain(60_000)
    expect(await resting.closed).toMatchObject({ code: 1012, reason: expect.stringContaining('resume') as string })
    expect(talking.ended).toBeNull()
    talking.send(JSON.stringify({ type: 'response.cancel' }))
    expect(await talking.closed).toMatchObject({ code: 1012 })
    expect(eventsOf(talking).at(-1)).toMatchObject({ type: 'response.done', response: { status: 'cancelled' } })
    await drained
    expect(gateway.fleet.size).toBe(0)
  })

  it('lets go of all when the time is over', async () => {
    const gateway = sessions.gateway()
    const talking = await busy(gateway)
    await gateway.fleet.drain(50)
    expect(talking.ended).toMatchObject({ code: 1012 })
    expect(eventsOf(talking).filter(({ type }) => type === 'response.done')).toEqual([])
  })

  it('lets go of those too that come while it drains, or after', async () => {
    const gateway = sessions.gateway()
    const talking = await busy(gateway)
    const drained = gateway.fleet.drain(60_000)
    const [resting, answering] = [await idle(gateway), await busy(gateway)]
    expect(await resting.closed).toMatchObject({ code: 1012 })
    talking.send(JSON.stringify({ type: 'response.cancel' }))
    await talking.closed
    expect(answering.ended).toBeNull()
    answering.send(JSON.stringify({ type: 'response.cancel' }))
    await answering.closed
    await drained
    expect(await gateway.open().closed).toMatchObject({ code: 1012 })
  })
})
