import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { concatSamples } from '@voicebox/audio'
import { startRedisCluster } from '@voicebox/streams/testing'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { type Client, connect } from './support/client.ts'
import { answerOf, say, silence, speak } from './support/speech.ts'
import { type Stack, startStack } from './support/stack.ts'

const reply = 'First of all, hello. This is the second sentence.'

describe('On a Redis Cluster', () => {
  let stack: Stack
  let speech: Int16Array

  beforeAll(async () => {
    stack = await startStack({
      redis: () => startRedisCluster({ persistent: true }),
      env: {
        VOICEBOX_STUB: JSON.stringify({ transcript: 'what time is it', sttMs: 20, ttsFirstByteMs: 5 }),
        VOICEBOX_LLM_PROVIDERS: JSON.stringify([{ type: 'stub', tokensPerSecond: 500, reply }]),
      },
    })
    speech = concatSamples([silence(500), await say('hello can you help me please'), silence(1_500)])
  })
  afterAll(() => stack.close())

  async function greeted(url = stack.ws()): Promise<{ client: Client; id: string }> {
    const client = await connect(url)
    const { session } = await client.next('session.created')
    client.send({
      type: 'session.update',
      session: { type: 'realtime', audio: { input: { transcription: { model: 'whisper-1' } } } },
    })
    return { client, id: session.id }
  }

  async function expectSpokenTurn(client: Client): Promise<void> {
    await speak(client, speech)
    const { transcript } = await client.next('conversation.item.input_audio_transcription.completed')
    expect(transcript).toBe('what time is it')
    const { response } = await client.next('response.done')
    expect(response).toMatchObject({ status: 'completed', output: [{ content: [{ transcript: reply }] }] })
    expect(answerOf(client, response.id).length).toBeGreaterThan(24_000)
  }

  it('sessions on all of its nodes have their turns', async () => {
    const sessions = await Promise.all(Array.from({ length: 6 }, () => greeted()))
    await Promise.all(sessions.map(({ client }) => expectSpokenTurn(client)))
    for (const { client } of sessions) {
      expect(client.of('error')).toEqual([])
      await client.close()
    }
  })

  it('a session goes on while its slot moves to another node, and after its node was killed and came back', async () => {
    const { client, id } = await greeted()
    await expectSpokenTurn(client)
    await stack.redis.move(`{${id}}`)
    await expectSpokenTurn(client)
    await stack.redis.restart(`{${id}}`)
    await expectSpokenTurn(client)
    await client.close()
  })

  it('the launcher starts everything else', async () => {
    const dataDir = await mkdtemp(join(tmpdir(), 'voicebox-data-'))
    const launcher = spawn(process.execPath, [fileURLToPath(new URL('../src/main.ts', import.meta.url))], {
      env: { ...stack.env, VOICEBOX_DATA_DIR: dataDir },
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    try {
      let output = ''
      launcher.stdout.on('data', (text: Buffer) => (output += text.toString()))
      await vi.waitFor(() => expect(output).toMatch(/^ready ws:/m), { timeout: 40_000, interval: 50 })
      const [, url = ''] = /^ready (ws:.*)$/m.exec(output) ?? []
      const { client } = await greeted(url)
      await expectSpokenTurn(client)
      await client.close()
      launcher.kill('SIGTERM')
      expect(await once(launcher, 'exit')).toEqual([0, null])
      expect(output).toContain('the one that REDIS_URL names')
    } finally {
      launcher.kill('SIGKILL')
      await rm(dataDir, { recursive: true, force: true })
    }
  }, 90_000)
})
