import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { connect } from './support/client.ts'
import { apiKey, type Stack, startStack } from './support/stack.ts'

let stack: Stack
beforeAll(async () => {
  stack = await startStack()
})
afterAll(() => stack.close())

describe('The handshake', () => {
  it.each([
    { title: 'no key', options: { key: '' }, code: 3000, error: 'invalid_api_key' },
    { title: 'a wrong key', options: { key: 'sk-wrong' }, code: 3000, error: 'invalid_api_key' },
    { title: 'no model', options: { query: '' }, code: 4000, error: 'missing_model' },
    { title: 'an unknown model', options: { query: '?model=gpt-2' }, code: 4000, error: 'invalid_model' },
    { title: 'a model for writing down', options: { query: '?model=whisper-1' }, code: 4000, error: 'invalid_model' },
    { title: 'a call', options: { query: '?call_id=rtc_1' }, code: 4000, error: 'invalid_call_id' },
  ])('accepts, says what is wrong and closes: $title', async ({ options, code, error }) => {
    const client = await connect(stack.ws(), options)
    expect((await client.next('error')).error).toMatchObject({ type: 'invalid_request_error', code: error })
    expect(await client.closed).toEqual({ code, reason: `invalid_request_error.${error}` })
  })

  it.each(['gpt-realtime', 'gpt-realtime-mini', 'gpt-4o-realtime-preview-2025-06-03', 'gpt-realtime-2.1'])(
    'takes the model name %s',
    async (model) => {
      const client = await connect(stack.ws(), { query: `?model=${model}&unknown=1` })
      expect((await client.next('session.created')).session).toMatchObject({ model })
      await client.close()
    },
  )

  it('takes a browser’s key from the subprotocols, and answers with `realtime` alone', async () => {
    const protocols = [`openai-insecure-api-key.${apiKey}`, 'realtime', 'openai-agents-sdk.1']
    const client = await connect(stack.ws(), { key: '', protocols })
    await client.next('session.created')
    expect(client.socket.protocol).toBe('realtime')
    await client.close()
  })

  it('opens a session that writes down', async () => {
    const client = await connect(stack.ws(), { query: '?intent=transcription' })
    expect((await client.next('session.created')).session).toMatchObject({
      type: 'transcription',
      object: 'realtime.transcription_session',
      audio: { input: { turn_detection: { type: 'server_vad' } } },
    })
    await client.close()
  })

  it('opens a session with the settings that a client secret brings, for as long as it allows', async () => {
    const settings = { instructions: 'Be brief.', audio: { output: { voice: 'marin' } } }
    const session = { type: 'realtime', model: 'gpt-realtime-mini', ...settings }
    const secret = await makeSecret({ session, max_session_seconds: 60 })
    const client = await connect(stack.ws(), {
      key: '',
      query: '',
      protocols: ['realtime', `openai-insecure-api-key.${secret}`],
    })
    const created = (await client.next('session.created')).session
    expect(created).toMatchObject(session)
    expect(created.expires_at - Date.now() / 1_000).toBeLessThanOrEqual(61)
    client.send({ type: 'session.update', session: { type: 'realtime', instructions: 'Take your time.' } })
    expect((await client.next('session.updated')).session).toMatchObject({
      ...session,
      instructions: 'Take your time.',
    })
    await client.close()
  })

  it('hears what a client sends before it was greeted', async () => {
    const client = await connect(stack.ws())
    client.send({ type: 'input_audio_buffer.clear' })
    await client.next('input_audio_buffer.cleared')
    expect(client.events[0]?.type).toBe('session.created')
    await client.close()
  })

  it('is refused over HTTP on an unknown path', async () => {
    await expect(connect(stack.ws().replace('/v1/realtime', '/v2/realtime'))).rejects.toThrow('404')
  })
})

async function makeSecret(body: object): Promise<string> {
  const answer = await fetch(`${stack.ws().replace('ws:', 'http:')}/client_secrets`, {
    method: 'POST',
    headers: { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
  return ((await answer.json()) as { value: string }).value
}

describe('Over HTTP', () => {
  it('the gateway tells that it lives and that it is ready, and answers errors in OpenAI’s shape', async () => {
    const base = stack.ws().replace('ws:', 'http:').replace('/v1/realtime', '')
    expect(await (await fetch(`${base}/healthz`)).json()).toEqual({ status: 'ok' })
    const ready = await fetch(`${base}/readyz`)
    expect([ready.status, await ready.json()]).toEqual([
      200,
      { status: 'ready', checks: { redis: 'ok', gateway: 'ok', voiceActivity: 'ok' }, degraded: [] },
    ])
    expect((await fetch(`${base}/v1/realtime`)).status).toBe(426)
    const unknown = await fetch(`${base}/nothing`)
    expect(unknown.status).toBe(404)
    expect(await unknown.json()).toMatchObject({ error: { type: 'invalid_request_error', code: 'not_found' } })
  })
})
