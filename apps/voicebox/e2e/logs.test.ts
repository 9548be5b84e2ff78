import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { usePostgres } from '@voicebox/store/testing'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { connect } from './support/client.ts'
import { append, say, silence, speak } from './support/speech.ts'
import { type Kind, type Stack, startStack } from './support/stack.ts'

const patient = { timeout: 30_000, interval: 50 }

/** What was said, who said it, and what opens doors: none of it may be in a log. */
const words = {
  transcript: 'marigold umbrella',
  typed: 'periwinkle',
  instructions: 'be a cormorant',
  reply: 'thistledown',
  call: 'quicksilver',
  callOutput: 'lapis',
  user: 'user-4711',
  workflow: 'workflow-of-someone',
  group: 'group-0042',
  malformed: 'obsidian',
  key: 'sk-voicebox-a-key-that-opens',
  wrongKey: 'sk-vb-0000000000-wrongwrongwrong',
  providerKey: 'sk-provider-0815',
  mcpToken: 'mcp-token-1234',
}

describe('The logs of a conversation', { timeout: 180_000 }, () => {
  const postgres = usePostgres()
  const lines: { kind: Kind; line: string }[] = []
  /** What Node itself writes, say of an experiment, is none of ours. */
  const records = (): Record<string, unknown>[] =>
    lines
      .filter(({ line }) => line.startsWith('{'))
      .map(({ kind, line }) => ({ kind, ...(JSON.parse(line) as object) }))
  let stack: Stack
  let provider: Server

  beforeAll(async () => {
    provider = createServer((request, response) => {
      let body = ''
      request.on('data', (chunk) => (body += String(chunk)))
      // as the unkind ones do: with what it was sent
      request.on('end', () => {
        const message = `Cannot do ${body} for ${String(request.headers.authorization)}`
        response.writeHead(400, { 'content-type': 'application/json' }).end(JSON.stringify({ error: { message } }))
      })
    })
    await new Promise<void>((resolve) => provider.listen(0, '127.0.0.1', resolve))
    const baseURL = `http://127.0.0.1:${(provider.address() as AddressInfo).port}/v1`
    const scripted = {
      type: 'scripted',
      rules: [
        { in: 'tool_result', when: '.', reply: words.reply },
        { when: 'call', calls: [{ name: 'look_up', arguments: JSON.stringify({ what: words.call }) }] },
      ],
      otherwise: words.reply,
    }
    const unkind = { name: 'unkind', baseURL, apiKey: words.providerKey, model: 'some' }
    stack = await startStack({
      count: { housekeeper: 1 },
      onLine: (kind, line) => void lines.push({ kind, line }),
      env: {
        DATABASE_URL: postgres.url,
        VOICEBOX_API_KEY: words.key,
        VOICEBOX_LOG_LEVEL: 'debug',
        VOICEBOX_STUB: JSON.stringify({ transcript: words.transcript }),
        VOICEBOX_LLM_PROVIDERS: JSON.stringify([scripted]),
      },
    })
    await stack.start('llm', {
      VOICEBOX_LLM_POOL: 'unkind',
      VOICEBOX_LLM_PROVIDERS: JSON.stringify([unkind]),
    })
    await stack.start('gateway', {
      VOICEBOX_MODELS: JSON.stringify({ 'gpt-realtime': {}, unkind: { llm: 'unkind' } }),
    })
  }, 180_000)
  afterAll(async () => {
    await stack.close()
    provider.closeAllConnections()
    provider.close()
  })

  it('have fields that bring them together, and nothing that was said', async () => {
    const headers = { 'openai-safety-identifier': words.user }
    const client = await connect(stack.ws(0), { key: words.key, headers })
    const { session } = await client.next('session.created')
    client.send({
      type: 'session.update',
      session: {
        type: 'realtime',
        instructions: words.instructions,
        tracing: { workflow_name: words.workflow, group_id: words.group, metadata: { user: words.user } },
        audio: { input: { transcription: { model: 'whisper-1' } } },
        tools: [
          { type: 'function', name: 'look_up', parameters: { type: 'object', properties: {} } },
          {
            type: 'mcp',
            server_label: 'tools',
            server_url: 'https://mcp.invalid/mcp',
            authorization: words.mcpToken,
            require_approval: 'never',
          },
        ],
      },
    })
    const spoken = await say('hello can you help me please')
    await speak(client, silence(500))
    await speak(client, spoken)
    await speak(client, silence(1_500))
    await client.next('response.done')
    const typed = [{ type: 'input_text', text: `please call ${words.typed}` }]
    client.send({ type: 'conversation.item.create', item: { type: 'message', role: 'user', content: typed } })
    client.send({ type: 'response.create', response: { metadata: { user: words.user } } })
    const called = await client.next('response.done', ({ response }) =>
      response.output.some(({ type }) => type === 'function_call'),
    )
    const call = called.response.output.find((item) => item.type === 'function_call')
    const output = { type: 'function_call_output', call_id: call?.call_id, output: words.callOutput }
    client.send({ type: 'conversation.item.create', item: output })
    client.send({ type: 'response.create' })
    await client.next('response.done')
    client.sendText(`{"type": "${words.malformed}`)
    client.send({ type: 'response.create', response: { instructions: { [words.malformed]: words.malformed } } })
    await client.next('error')

    const failing = await connect(stack.ws(1), { key: words.key, headers, query: '?model=unkind' })
    await failing.next('session.created')
    failing.send({ type: 'conversation.item.create', item: { type: 'message', role: 'user', content: typed } })
    failing.send({ type: 'response.create' })
    expect((await failing.next('response.done')).response.status).toBe('failed')
    const refused = await connect(stack.ws(0), { key: words.wrongKey })
    await refused.next('error')
    await Promise.all([client.close(), failing.close(), refused.closed])
    await vi.waitFor(() => expect(about(session.id)).toContain('Session closed'), patient)

    const text = expect.any(String) as string
    const time = expect.stringMatching(/^\d{4}-.*Z$/) as string
    const connection = expect.stringMatching(/^conn_/) as string
    for (const record of records()) {
      expect(record).toMatchObject({ level: text, service: text, message: text, timestamp: time })
      for (const name of ['sessionId', 'tenantId', 'correlationId', 'traceId']) expect(record).not.toHaveProperty(name)
      if ('session_id' in record) {
        expect(record).toMatchObject({ tenant_id: 'default', correlation_id: connection })
      }
    }
    // One connection's id leads from the gateway to the workers.
    const ours = records()
    const [opened] = ours.filter((one) => one['message'] === 'Session opened')
    const following = ours.filter((one) => one['correlation_id'] === opened?.['correlation_id'])
    expect(new Set(following.map((one) => one['kind']))).toEqual(new Set(['gateway', 'llm']))

    const all = lines.map(({ line }) => line).join('\n')
    const audio = append(spoken.subarray(9_600, 10_560)).audio.slice(100, 140)
    for (const secret of [...Object.values(words), audio]) {
      const found = lines.filter(({ line }) => line.toLowerCase().includes(secret.toLowerCase()))
      expect(found, secret).toEqual([])
    }
    expect(all).toMatch(/A provider has failed/)
  })

  function about(sessionId: string): string[] {
    return records()
      .filter((record) => record['session_id'] === sessionId)
      .map((record) => String(record['message']))
  }
})
