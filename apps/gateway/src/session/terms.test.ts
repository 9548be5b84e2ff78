import type { SessionId } from '@voicebox/kernel'
import type { ServerEvent, ServerEventOf, ServerEventType } from '@voicebox/protocol'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { TenantTerms } from '../terms/tenant-terms.ts'
import type { Line } from '../testing/line.ts'
import { openSessions, type Sessions } from '../testing/open-sessions.ts'
import { asks } from '../testing/script.ts'
import { unlimited } from '../testing/unlimited.ts'

let sessions: Sessions
beforeAll(async () => {
  sessions = await openSessions()
})
afterAll(() => sessions.close())

const patient = { timeout: 20_000, interval: 5 }
const of = <T extends ServerEventType>(line: Line, type: T): ServerEventOf<T>[] =>
  line.received.map((text) => JSON.parse(text) as ServerEvent).filter((one) => one.type === type) as ServerEventOf<T>[]

async function nth<T extends ServerEventType>(line: Line, type: T, n = 1): Promise<ServerEventOf<T>> {
  await expect.poll(() => of(line, type).length, patient).toBeGreaterThanOrEqual(n)
  return of(line, type)[n - 1] ?? expect.fail()
}

async function open(terms: Partial<TenantTerms> = {}) {
  const gateway = sessions.gateway({ terms })
  const line = gateway.open()
  const { session } = await nth(line, 'session.created')
  return {
    line,
    session,
    sessionId: session.id as SessionId,
    send: (event: object): void => line.send(JSON.stringify(event)),
    change: (changed: Partial<TenantTerms>): void =>
      gateway.drivers[0]?.termsChanged({ ...unlimited, ...terms, ...changed }),
    async end() {
      line.close()
      await gateway.fleet.gone()
      expect(gateway.errors).toEqual([])
    },
  }
}

const update = (session: object): object => ({ type: 'session.update', session: { type: 'realtime', ...session } })
const voice = (name: string): object => ({ audio: { output: { voice: name } } })
const look = { type: 'function', name: 'look' }
const answering = { type: 'response.create', response: { output_modalities: ['text'] } }
const asking = (answer: Parameters<typeof asks>[0]): object => ({
  type: 'conversation.item.create',
  item: { type: 'message', role: 'user', content: [{ type: 'input_text', text: asks(answer) }] },
})

describe('The terms of a tenant', () => {
  it('are what its sessions begin with', async () => {
    const { session, end } = await open({ instructions: 'You work for Acme.', voice: 'coral', voices: ['coral'] })
    expect(session).toMatchObject({ instructions: 'You work for Acme.', audio: { output: { voice: 'coral' } } })
    await end()
  })

  it('refuse voices and tools that it may not use, where they are named, and change nothing then', async () => {
    const { line, send, end } = await open({ voices: ['alloy', 'sage'], tools: { functions: false, mcp: [] } })
    const server = { type: 'mcp', server_label: 'docs', server_url: 'https://example.org/mcp' }
    send(update({ ...voice('coral'), instructions: 'Never.' }))
    send(update({ tools: [look] }))
    send(update({ tools: [server] }))
    send({ type: 'response.create', response: voice('coral') })
    send({ type: 'response.create', response: { tools: [look] } })
    send(update(voice('sage')))
    const { session } = await nth(line, 'session.updated')
    expect(session).toMatchObject({ instructions: '', tools: [], audio: { output: { voice: 'sage' } } })
    const errors = of(line, 'error').map(({ error }) => error)
    expect(errors.map(({ code, param }) => [code, param])).toEqual([
      ['invalid_value', 'session.audio.output.voice'],
      ['invalid_value', 'session.tools[0]'],
      ['invalid_value', 'session.tools[0]'],
      ['invalid_value', 'response.audio.output.voice'],
      ['invalid_value', 'response.tools[0]'],
    ])
    expect(errors[0]?.message).toContain("those are 'alloy', 'sage'")
    expect(of(line, 'response.created')).toEqual([])
    await end()
  })

  it('hold at once when they change: a response fails whose session could have its tools before, until it may again', async () => {
    const { line, send, change, end } = await open()
    send(update({ tools: [look] }))
    await nth(line, 'session.updated')
    change({ tools: { functions: false, mcp: null } })
    send(asking({ say: ['Yes.'] }))
    send(answering)
    const { response } = await nth(line, 'response.done')
    expect(response).toMatchObject({
      status: 'failed',
      status_details: { error: { type: 'invalid_request_error', code: 'invalid_value' } },
    })
    change({})
    send(answering)
    expect((await nth(line, 'response.done', 2)).response.status).toBe('completed')
    change({ models: ['another'] })
    send(answering)
    expect((await nth(line, 'response.done', 3)).response).toMatchObject({
      status: 'failed',
      status_details: { error: { code: 'invalid_model' } },
    })
    await end()
  })

  it('end a session that is older than it may be by now, once it has answered', async () => {
    const { line, send, change } = await open()
    send(asking({ say: ['Good morning.', 'How are you?'] }))
    send(answering)
    await nth(line, 'response.created')
    await new Promise((resolve) => setTimeout(resolve, 1_100))
    change({ sessionMaxS: 1 })
    expect(await line.closed).toMatchObject({ code: 1001, reason: expect.stringContaining('1 seconds') as string })
    expect(of(line, 'response.done').map(({ response }) => response.status)).toEqual(['completed'])
    expect(of(line, 'error').map(({ error }) => error.code)).toEqual(['session_expired'])
  })

  it('end a session earlier than it was told, and not when they are wide again before that', async () => {
    const { line, send, change, end } = await open()
    const begunAtMs = Date.now()
    change({ sessionMaxS: 2 })
    change({})
    await new Promise((resolve) => setTimeout(resolve, begunAtMs + 3_200 - Date.now()))
    send(update({ instructions: 'Still here.' }))
    await nth(line, 'session.updated')
    await end()
    const other = await open()
    other.change({ sessionMaxS: 2 })
    expect(await other.line.closed).toMatchObject({ code: 1001 })
  })
})
