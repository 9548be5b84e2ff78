import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo, LookupFunction } from 'node:net'
import { parseAllowList } from '@voicebox/outbound'
import type { TenantEvent } from '@voicebox/streams'
import OpenAI from 'openai'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { deliver, type Webhook } from './deliver.ts'

const secret = `whsec_${Buffer.from('a secret of 32 bytes, more or less').toString('base64')}`
const event: TenantEvent = {
  id: 'evt_1',
  object: 'event',
  type: 'session.ended',
  created_at: 1_700_000_000,
  data: { session_id: 'sess_1', reason: 'closed_1000' },
}

describe('A webhook', () => {
  let answer: (request: IncomingMessage, response: ServerResponse) => void
  let received: { headers: Record<string, string>; body: string; path: string }[]
  let port: number
  let connections: number
  const server = createServer((request, response) => {
    let body = ''
    request.on('data', (chunk) => (body += String(chunk)))
    request.on('end', () => {
      received.push({ headers: request.headers as Record<string, string>, body, path: request.url ?? '' })
      answer(request, response)
    })
  })
  server.on('connection', () => (connections += 1))
  beforeEach(async () => {
    received = []
    connections = 0
    answer = (_, response) => void response.writeHead(204).end()
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    port = (server.address() as AddressInfo).port
  })
  afterEach(async () => {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  })

  const hook = (url: string): Webhook => ({ id: 'wh_1', url, events: ['session.ended'], secret })
  const tell = (
    {
      path = '/hook',
      allowed = true,
      timeoutMs = 5_000,
      lookup,
      url,
    }: Partial<{
      path: string
      allowed: boolean
      timeoutMs: number
      lookup: LookupFunction
      url: string
    }> = {},
    signal = new AbortController().signal,
  ): Promise<void> =>
    deliver(hook(url ?? `http://127.0.0.1:${port}${path}`), event, {
      allow: parseAllowList(allowed ? [`http://127.0.0.1:${port}`] : []),
      signal,
      timeoutMs,
      ...(lookup === undefined ? {} : { lookup }),
    })

  it('is told an event that the official client takes for genuine', async () => {
    await tell()
    const { body = '', headers = {} } = received[0] ?? {}
    const client = new OpenAI({ apiKey: 'none', webhookSecret: secret })
    expect(await client.webhooks.unwrap(body, headers)).toEqual(event)
    await expect(client.webhooks.unwrap(`${body} `, headers)).rejects.toThrow()
    const other = new OpenAI({ apiKey: 'none', webhookSecret: `whsec_${Buffer.from('other').toString('base64')}` })
    await expect(other.webhooks.unwrap(body, headers)).rejects.toThrow()
  })

  it('is told again under the same id', async () => {
    await tell()
    await tell()
    expect(received.map(({ headers }) => headers['webhook-id'])).toEqual(['evt_1', 'evt_1'])
    expect(new Set(received.map(({ body }) => body)).size).toBe(1)
  })

  it.each([500, 404, 429, 301])('that answers %i has not taken it, and is told again', async (status) => {
    answer = (_, response) => void response.writeHead(status, { location: '/elsewhere' }).end()
    await expect(tell()).rejects.toMatchObject({ code: 'webhook_refused', retryable: true })
    expect(received.map(({ path }) => path)).toEqual(['/hook']) // a redirection is not followed
  })

  it('that answers 410 is told no more', async () => {
    answer = (_, response) => void response.writeHead(410).end()
    await expect(tell()).rejects.toMatchObject({ code: 'webhook_gone', retryable: false })
  })

  it('has so long to answer', async () => {
    answer = () => {}
    await expect(tell({ timeoutMs: 200 })).rejects.toMatchObject({
      code: 'webhook_unreachable',
      message: 'The webhook did not answer in time',
    })
  })

  it('may say what it likes, of which nothing is read', async () => {
    answer = (_, response) => {
      response.writeHead(200)
      const flood = (): void => {
        while (response.write(Buffer.alloc(65_536)) && !response.destroyed);
        if (!response.destroyed) response.once('drain', flood)
      }
      flood()
    }
    await tell()
    expect(received).toHaveLength(1)
  })

  it.each(['http://127.0.0.1', 'https://127.0.0.1', 'https://localhost', 'https://[::1]', 'https://169.254.169.254'])(
    'is not told at %s unless that is allowed',
    async (origin) => {
      await expect(tell({ allowed: false, url: `${origin}:${port}/hook` })).rejects.toMatchObject({
        code: 'webhook_not_allowed',
        retryable: false,
      })
      expect(connections).toBe(0)
    },
  )

  it('is not told where its name leads to an address that is not public', async () => {
    const lookup: LookupFunction = (_, options, callback) =>
      options.all === true ? callback(null, [{ address: '127.0.0.1', family: 4 }]) : callback(null, '127.0.0.1', 4)
    const url = `https://hooks.example.org:${port}/hook`
    await expect(tell({ allowed: false, url, lookup })).rejects.toMatchObject({ code: 'webhook_not_allowed' })
    expect(connections).toBe(0)
  })

  it('that is away is told again', async () => {
    await expect(tell({ url: 'http://127.0.0.1:1/hook', allowed: false })).rejects.toBeDefined()
    const allow = parseAllowList(['http://127.0.0.1:1'])
    const telling = deliver(hook('http://127.0.0.1:1/hook'), event, { allow, signal: new AbortController().signal })
    await expect(telling).rejects.toMatchObject({ code: 'webhook_unreachable', retryable: true })
  })
})
