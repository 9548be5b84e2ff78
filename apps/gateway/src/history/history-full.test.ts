import { type SessionId, silentLog } from '@voicebox/kernel'
import type { ServerEvent } from '@voicebox/protocol'
import { drainHistory, findSession } from '@voicebox/streams'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openSessions, type Sessions } from '../testing/open-sessions.ts'
import { tenantId } from '../testing/test-gateway.ts'

const patient = { timeout: 20_000, interval: 5 }

describe('A session of which nobody writes down what is said', { timeout: 60_000 }, () => {
  let sessions: Sessions
  beforeAll(async () => {
    sessions = await openSessions()
  })
  afterAll(() => sessions.close())

  it('is ended where there is no room for more, is told so, and all that was said is written later', async () => {
    const gateway = sessions.gateway({ settings: { maxUnwrittenBytes: 20_000 } })
    const line = gateway.open()
    const events = () => line.received.map((text) => JSON.parse(text) as ServerEvent)
    const of = (type: ServerEvent['type']) => events().filter((event) => event.type === type)
    await expect.poll(() => of('session.created').length, patient).toBe(1)
    const [created] = of('session.created') as { session: { id: SessionId } }[]
    const content = [{ type: 'input_text', text: 'marigold '.repeat(100) }]
    const item = { type: 'message', role: 'user', content }
    for (let sent = 1; line.ended === null && sent <= 100; sent++) {
      line.send(JSON.stringify({ type: 'conversation.item.create', item }))
      await expect.poll(() => line.ended !== null || of('conversation.item.done').length >= sent, patient).toBe(true)
    }
    expect(await line.closed).toEqual({ code: 1013, reason: 'server_error.history_full' })
    expect(events().at(-1)).toMatchObject({ type: 'error', error: { type: 'server_error', code: 'history_full' } })
    await gateway.fleet.gone()
    expect(gateway.errors).toEqual([])
    const sessionId = created?.session.id ?? expect.fail()
    expect(await findSession(sessions.redis, { tenantId, sessionId })).toBeNull()

    const written: { kind?: string; reason?: string }[] = []
    const write = async (_: string, facts: readonly object[]): Promise<void> => void written.push(...facts)
    await expect
      .poll(async () => {
        await drainHistory(sessions.redis, { write, log: silentLog })
        return written.at(-1)
      }, patient)
      .toMatchObject({ kind: 'session_ended', reason: 'history_full' })
    const told = of('conversation.item.done').length
    expect(written.filter(({ kind }) => kind === 'item').length).toBeGreaterThanOrEqual(told)
    expect(told).toBeGreaterThan(1)
  })
})
