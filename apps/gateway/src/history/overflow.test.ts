import { type SessionId, silentLog, sleep } from '@voicebox/kernel'
import type { Item, ServerEvent, ServerEventOf, ServerEventType } from '@voicebox/protocol'
import { type HistoryRecord, listItems, writeHistory } from '@voicebox/store'
import { usePostgres } from '@voicebox/store/testing'
import { drainHistory, lookAtHistory } from '@voicebox/streams'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openSessions, type Sessions } from '../testing/open-sessions.ts'
import { tenantId, type TestGateway } from '../testing/test-gateway.ts'
import { loadTransport } from '../transport/index.ts'

const patient = { timeout: 30_000, interval: 5 }
const limits = { inputBufferMs: 300_000, workTimeoutMs: 60_000, keptAudioMs: 300_000, items: 50, keepsHistory: true }

describe('A conversation of which Redis has no more than its end', { timeout: 120_000 }, () => {
  const postgres = usePostgres()
  const store = postgres.store()
  const closing: (() => Promise<void> | void)[] = []
  let sessions: Sessions
  beforeAll(async () => {
    sessions = await openSessions()
    const over = new AbortController()
    const writing = write(over.signal)
    closing.push(async () => {
      over.abort()
      await writing
      await sessions.close()
    })
  })
  afterAll(async () => {
    for (const close of closing.reverse()) await close()
  })

  /** Writes history down, as a housekeeper does, whenever that can be done. */
  async function write(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await drainHistory(sessions.redis, {
        write: (tenant, facts) => writeHistory(store, tenant, facts as readonly HistoryRecord[]),
        log: silentLog,
      }).catch(() => {})
      await sleep(20, signal)
    }
  }

  function openGateway(): TestGateway {
    return sessions.gateway({ store, settings: { maxUnwrittenBytes: 8 << 20, limits } })
  }

  /** A client on a real socket of the gateway, which opens a session or goes on with one. */
  async function connect(gateway: TestGateway, sessionId: SessionId | null = null): Promise<Client> {
    const { transport } = await loadTransport('auto')
    const listener = await transport.listen({
      host: '127.0.0.1',
      port: 0,
      maxFrameBytes: 1 << 20,
      maxSendBufferBytes: 1 << 22,
      pingIntervalMs: 20_000,
      log: silentLog,
      fetch: () => new Response(),
      accept: () => ({ kind: 'accept', open: (socket) => gateway.attach(socket, sessionId) }),
    })
    closing.push(() => listener.close())
    return openClient(`ws://127.0.0.1:${listener.port}`)
  }

  async function kept(sessionId: SessionId): Promise<number> {
    return sessions.redis.commands.hlen(`items:{${tenantId}/${sessionId}}`)
  }

  async function written(sessionId: SessionId): Promise<void> {
    const waiting = async () => (await lookAtHistory(sessions.redis, { tenantId, sessionId })).facts
    await expect.poll(waiting, patient).toBe(0)
  }

  it('is whole in history, and each item of it can be retrieved, also at another gateway', async () => {
    const gateway = openGateway()
    const client = await connect(gateway)
    const sessionId = (await client.nth('session.created', 1)).session.id as SessionId
    const ids = Array.from({ length: 300 }, (_, at) => `i${at}`)
    await client.create(ids)
    expect(client.of('error')).toEqual([])
    const created = new Map(client.of('conversation.item.done').map(({ item }) => [item.id, item]))
    expect([...created.keys()]).toEqual(ids)
    expect(await kept(sessionId)).toBeLessThanOrEqual(limits.items)

    for (const item_id of ['i3', 'i299']) client.send({ type: 'conversation.item.delete', item_id })
    await client.nth('conversation.item.deleted', 2)
    const left = ids.filter((id) => id !== 'i3' && id !== 'i299')
    for (const id of left) expect(await client.retrieve(id)).toEqual(created.get(id))
    await written(sessionId)
    for (const id of left) expect(await client.retrieve(id)).toEqual(created.get(id))
    expect(await client.retrieve('i3')).toBe('item_retrieve_invalid_item_id')

    const history = await listItems(store, tenantId, sessionId, { order: 'oldest', limit: 1_000 })
    expect(history.entries.map(({ item }) => item)).toEqual(left.map((id) => created.get(id)))

    gateway.life.end()
    const successor = openGateway()
    const again = await connect(successor, sessionId)
    await again.nth('session.resumed', 1)
    expect(await again.retrieve('i0')).toEqual(created.get('i0'))
    await again.create(['i0'])
    expect(again.of('error').at(-1)?.error).toMatchObject({ code: 'invalid_value', param: 'item.id' })
    expect([gateway.errors, successor.errors]).toEqual([[], []])
  })

  it.each(['stands still', 'is killed'])('goes on while Postgres %s', async (trouble) => {
    const gateway = openGateway()
    const client = await connect(gateway)
    const sessionId = (await client.nth('session.created', 1)).session.id as SessionId
    await client.create(Array.from({ length: 60 }, (_, at) => `early${at}`))
    await written(sessionId)
    if (trouble === 'stands still') postgres.pause()
    else await postgres.stop()
    try {
      const asked = client.retrieve('early0')
      await client.create(Array.from({ length: 60 }, (_, at) => `late${at}`))
      // nothing has waited for what was asked
      if (trouble === 'stands still') expect(client.of('error')).toEqual([])
      expect(await asked).toBe('history_unavailable')
      expect(await client.retrieve('late0')).toMatchObject({ id: 'late0' })
      expect(await kept(sessionId)).toBeLessThanOrEqual(limits.items)
    } finally {
      if (trouble === 'stands still') postgres.resume()
      else await postgres.start()
    }
    await expect.poll(() => client.retrieve('early0'), patient).toMatchObject({ id: 'early0' })
    expect(gateway.errors).toEqual([])
  })

  it('is full, and shows nothing of what was put away, at a gateway that has no database', async () => {
    const gateway = openGateway()
    const client = await connect(gateway)
    const sessionId = (await client.nth('session.created', 1)).session.id as SessionId
    await client.create(Array.from({ length: 60 }, (_, at) => `early${at}`))
    await written(sessionId)
    gateway.life.end()
    const successor = sessions.gateway({ settings: { maxUnwrittenBytes: null } })
    const again = await connect(successor, sessionId)
    await again.nth('session.resumed', 1)
    expect(await again.retrieve('early0')).toBe('history_unavailable')
    await again.create(Array.from({ length: limits.items }, (_, at) => `late${at}`))
    expect(again.of('error').at(-1)?.error.code).toBe('conversation_full')
    expect(await kept(sessionId)).toBe(limits.items)
    expect([gateway.errors, successor.errors]).toEqual([[], []])
  })
})

interface Client {
  send(event: object): void
  of<T extends ServerEventType>(type: T): ServerEventOf<T>[]
  nth<T extends ServerEventType>(type: T, count: number): Promise<ServerEventOf<T>>
  /** Writes messages with these ids, and waits until all are there, or an error is. */
  create(ids: readonly string[]): Promise<void>
  /** The item, or the code of the error. */
  retrieve(itemId: string): Promise<Item | string>
}

async function openClient(url: string): Promise<Client> {
  const socket = new WebSocket(url)
  const events: ServerEvent[] = []
  socket.onmessage = ({ data }) => void events.push(JSON.parse(data as string) as ServerEvent)
  await new Promise((resolve, reject) => {
    socket.onopen = resolve
    socket.onerror = reject
  })
  let asked = 0
  const client: Client = {
    send: (event) => socket.send(JSON.stringify(event)),
    of: <T extends ServerEventType>(type: T) => events.filter((event) => event.type === type) as ServerEventOf<T>[],
    async nth(type, count) {
      await expect.poll(() => client.of(type).length, patient).toBeGreaterThanOrEqual(count)
      return client.of(type)[count - 1] ?? expect.fail()
    },
    async create(ids) {
      const before = client.of('conversation.item.done').length
      const errors = client.of('error').length
      for (const id of ids) {
        const item = { id, type: 'message', role: 'user', content: [{ type: 'input_text', text: `this is ${id}` }] }
        client.send({ type: 'conversation.item.create', item })
      }
      const answered = () => client.of('conversation.item.done').length + client.of('error').length - before - errors
      await expect.poll(answered, patient).toBeGreaterThanOrEqual(ids.length)
    },
    async retrieve(item_id) {
      const event_id = `retrieve_${(asked += 1)}`
      const before = events.length
      client.send({ type: 'conversation.item.retrieve', item_id, event_id })
      const answer = (): Item | string | null => {
        for (const event of events.slice(before)) {
          if (event.type === 'conversation.item.retrieved' && event.item.id === item_id) return event.item
          if (event.type === 'error' && event.error.event_id === event_id) return event.error.code ?? ''
        }
        return null
      }
      await expect.poll(answer, patient).not.toBeNull()
      return answer() ?? expect.fail()
    },
  }
  return client
}
