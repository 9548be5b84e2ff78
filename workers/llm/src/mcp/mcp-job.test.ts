import { makeManualClock } from '@voicebox/kernel'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { type McpTestServer, type McpTestServerOptions, startMcpServer } from '../testing/index.ts'
import { call, list } from './ask.testing.ts'

describe('A job for an MCP server', () => {
  let server: McpTestServer
  afterEach(() => server.close())

  const start = async (options?: McpTestServerOptions): Promise<McpTestServer> =>
    (server = await startMcpServer(options))
  const methods = (): string[] => server.requests.map(({ httpMethod, method }) => method ?? httpMethod)

  it('lists the tools with what the server says of them, and ends its session', async () => {
    const { url } = await start()
    expect(await list(url)).toEqual({
      kind: 'tools_listed',
      itemId: 'item_1',
      tools: [
        {
          name: 'echo',
          description: 'Says what it is given.',
          inputSchema: { type: 'object', properties: { text: { type: 'string' } }, required: ['text'] },
          annotations: { readOnlyHint: true },
        },
        expect.objectContaining({ name: 'add', annotations: null }),
        expect.objectContaining({ name: 'fail' }),
        { name: 'slow', description: '', inputSchema: { type: 'object' }, annotations: null },
      ],
    })
    expect(methods()).toEqual(['initialize', 'notifications/initialized', 'tools/list', 'DELETE'])
  })

  it('calls a tool once and gives its text', async () => {
    const { url } = await start()
    expect(await call(url, 'echo', '{"text":"Grüße 😀"}')).toEqual({
      kind: 'tool_called',
      itemId: 'item_1',
      output: 'Grüße 😀',
    })
    expect(methods()).toEqual(['initialize', 'notifications/initialized', 'tools/call', 'DELETE'])
  })

  it('gives structured output as JSON where the tool says nothing in text', async () => {
    const { url } = await start()
    expect(await call(url, 'add', '{"a":2,"b":3}')).toMatchObject({ output: '{"sum":5}' })
  })

  it('tells the failure of a tool from the failure of the exchange', async () => {
    const { url } = await start()
    const error = { type: 'tool_execution_error', message: 'It does not work.' }
    expect(await call(url, 'fail', '{}')).toEqual({ kind: 'tool_failed', itemId: 'item_1', error })
    expect(await call(url, 'missing', '{}')).toMatchObject({
      error: {
        type: 'protocol_error',
        code: -32602,
        message: expect.stringContaining('There is no tool missing') as string,
      },
    })
  })

  it.each(['', 'text', '[]', 'null', '"{}"', '{"a":'])(
    'does not send arguments that are no object: %j',
    async (json) => {
      const { url } = await start()
      const error = { type: 'protocol_error', code: -32602, message: 'The arguments are not a JSON object' }
      expect(await call(url, 'echo', json)).toMatchObject({ kind: 'tool_failed', error })
      expect(server.requests).toEqual([])
    },
  )

  it('does not send a call again that another attempt may have sent, but lists again', async () => {
    const { url } = await start()
    expect(await call(url, 'echo', '{"text":"a"}', { attempt: 2 })).toMatchObject({
      error: { type: 'protocol_error', code: -32000, message: expect.stringContaining('lost') as string },
    })
    expect(server.requests).toEqual([])
    expect(await list(url, { attempt: 2 })).toMatchObject({ kind: 'tools_listed' })
  })

  it('sends the token and the headers with each request', async () => {
    const { url } = await start({ token: 's3cret-t0ken' })
    const asking = {
      server: { authorization: 's3cret-t0ken', headers: { 'X-Tenant': 'acme', Authorization: 'Basic x' } },
    }
    expect(await call(url, 'echo', '{"text":"a"}', asking)).toMatchObject({ kind: 'tool_called' })
    for (const { headers } of server.requests) {
      expect(headers).toMatchObject({ authorization: 'Bearer s3cret-t0ken', 'x-tenant': 'acme' })
    }
  })

  it('leaves an authorization that names its scheme as it is', async () => {
    const { url } = await start()
    await list(url, { server: { authorization: 'Basic dXNlcjpwYXNz' } })
    expect(server.requests[0]?.headers.authorization).toBe('Basic dXNlcjpwYXNz')
  })

  it('takes its secrets out of what a server says of them', async () => {
    const { url } = await start({ token: 'another' })
    expect(await list(url, { server: { authorization: 's3cret-t0ken' } })).toEqual({
      kind: 'listing_failed',
      itemId: 'item_1',
      code: 'http_error',
      message: 'The server answered HTTP 401: Not the token: Bearer [redacted]',
    })
    await server.close()
    const open = await start()
    const asking = { server: { headers: { 'x-key': 'k3y-of-acme' } } }
    expect(await call(open.url, 'echo', '{"text":"your key is k3y-of-acme"}', asking)).toMatchObject({
      output: 'your key is [redacted]',
    })
  })

  it('never logs a secret, nor what tools say', async () => {
    const { url } = await start()
    const lines: unknown[] = []
    const write = (...line: unknown[]): void => void lines.push(line)
    const log = { debug: write, info: write, warn: write, error: write }
    const asking = { log, server: { authorization: 's3cret-t0ken', headers: { 'x-key': 'k3y-of-acme' } } }
    await call(`${url}?key=query-s3cret`, 'echo', '{"text":"private words"}', asking)
    await call(url, 'missing', '{}', asking)
    await list(url, asking)
    expect(lines).toHaveLength(3)
    expect(JSON.stringify(lines)).not.toMatch(/s3cret|k3y|private|127\.0\.0\.1/)
  })

  it('refuses headers that are not the client’s to set, without asking', async () => {
    const { url } = await start()
    expect(await list(url, { server: { headers: { 'Mcp-Session-Id': 'x' } } })).toMatchObject({
      kind: 'listing_failed',
      code: 'protocol_error',
      message: 'The server may not be asked. Its header Mcp-Session-Id is not for a client to set.',
    })
    expect(server.requests).toEqual([])
  })

  it('speaks the older transport to a server that knows no other', async () => {
    const { url } = await start({ isOld: true })
    expect(await list(url)).toMatchObject({ kind: 'tools_listed' })
    expect(await call(url, 'echo', '{"text":"hello"}')).toMatchObject({ output: 'hello' })
    expect(methods().slice(0, 4)).toEqual(['initialize', 'GET', 'initialize', 'notifications/initialized'])
  })

  it.each([{ isOld: false }, { isOld: true }])(
    'cancels at the server a call that is cancelled: %j',
    async (options) => {
      const { url } = await start(options)
      const cancelling = new AbortController()
      const calling = call(url, 'slow', '{}', { signal: cancelling.signal })
      await vi.waitFor(() => expect(methods()).toContain('tools/call'))
      cancelling.abort()
      expect(await calling).toBeUndefined()
      await vi.waitFor(() => expect(server.cancelledCalls()).toBe(1))
      expect(methods().filter((method) => method === 'notifications/cancelled')).toHaveLength(1)
    },
  )

  it('gives a call up that takes too long, and cancels it', async () => {
    const { url } = await start()
    const clock = makeManualClock()
    const calling = call(url, 'slow', '{}', { clock })
    await vi.waitFor(() => expect(methods()).toContain('tools/call'))
    clock.advance(20_000)
    const error = { type: 'http_error', code: 504, message: 'The server took over 20000 ms' }
    expect(await calling).toMatchObject({ kind: 'tool_failed', error })
    await vi.waitFor(() => expect(server.cancelledCalls()).toBe(1))
  })

  it('says that nobody listens', async () => {
    const { url } = await start()
    await server.close()
    const error = { type: 'http_error', code: 502, message: 'The server cannot be reached (ECONNREFUSED)' }
    expect(await call(url, 'echo', '{}')).toMatchObject({ error })
  })
})
