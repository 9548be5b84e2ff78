import type { SessionId } from '@voicebox/kernel'
import type { ServerEvent, ServerEventOf, ServerEventType } from '@voicebox/protocol'
import { latestTurns } from '@voicebox/streams'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Line } from '../../testing/line.ts'
import { openSessions, type Sessions } from '../../testing/open-sessions.ts'
import { asks } from '../../testing/script.ts'
import { tenantId } from '../../testing/test-gateway.ts'

let sessions: Sessions
beforeAll(async () => {
  sessions = await openSessions()
})
afterAll(() => sessions.close())

const patient = { timeout: 20_000, interval: 5 }
const of = <T extends ServerEventType>(line: Line, type: T): ServerEventOf<T>[] =>
  line.received
    .map((text) => JSON.parse(text) as ServerEvent)
    .filter((event) => event.type === type) as ServerEventOf<T>[]

async function nth<T extends ServerEventType>(line: Line, type: T, n = 1): Promise<ServerEventOf<T>> {
  await expect.poll(() => of(line, type).length, patient).toBeGreaterThanOrEqual(n)
  return of(line, type)[n - 1] ?? expect.fail()
}

/** So many turns, one after another; answers the ids of their responses. */
async function converse(line: Line, turns: number): Promise<(string | undefined)[]> {
  const send = (event: object): void => line.send(JSON.stringify(event))
  const ids: (string | undefined)[] = []
  for (let turn = 1; turn <= turns; turn += 1) {
    const content = [{ type: 'input_text', text: asks({ say: ['Good morning.'] }) }]
    send({ type: 'conversation.item.create', item: { type: 'message', role: 'user', content } })
    send({ type: 'response.create' })
    ids.push((await nth(line, 'response.done', turn)).response.id)
  }
  return ids
}

const turnsOf = async (sessionId: SessionId): Promise<(string | null)[]> =>
  (await latestTurns(sessions.redis, { tenantId, sessionId })).map(({ responseId }) => responseId)

describe('The latest turns of a session', () => {
  it('are kept with it, eight of them, whoever drives it', async () => {
    const line = sessions.gateway().open()
    const sessionId = (await nth(line, 'session.created')).session.id as SessionId
    const before = await converse(line, 10)
    await expect.poll(() => turnsOf(sessionId), patient).toEqual(before.slice(2))
    const again = sessions.gateway().resume({ sessionId })
    await nth(again, 'session.resumed')
    const after = await converse(again, 2)
    await expect.poll(() => turnsOf(sessionId), patient).toEqual([...before.slice(4), ...after])
    const [turn] = (await latestTurns(sessions.redis, { tenantId, sessionId })).slice(-1)
    expect(turn).toMatchObject({
      cause: 'response',
      status: 'completed',
      engines: { llm: expect.any(String) as string },
    })
    expect(turn?.totalMs).toBeGreaterThanOrEqual(turn?.firstMs ?? Infinity)
    again.close()
    await again.closed
  })

  it('end with it: one that its client left is told of', async () => {
    const gateway = sessions.gateway()
    const line = gateway.open()
    await nth(line, 'session.created')
    const content = [{ type: 'input_text', text: asks({ isEndless: true }) }]
    line.send(JSON.stringify({ type: 'conversation.item.create', item: { type: 'message', role: 'user', content } }))
    line.send(JSON.stringify({ type: 'response.create' }))
    await nth(line, 'response.created')
    line.close()
    await line.closed
    await gateway.fleet.gone()
    expect(gateway.said.filter((message) => message === 'A turn is over')).toHaveLength(1)
  })

  it('are told to the log once each', async () => {
    const gateway = sessions.gateway()
    const line = gateway.open()
    await nth(line, 'session.created')
    await converse(line, 3)
    expect(gateway.said.filter((message) => message === 'A turn is over')).toHaveLength(3)
    expect(gateway.errors).toEqual([])
    line.close()
    await line.closed
  })
})
