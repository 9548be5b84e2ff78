import { usePostgres } from '@voicebox/store/testing'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { connect } from './support/client.ts'
import { type Stack, startStack } from './support/stack.ts'

const patient = { timeout: 60_000, interval: 50 }

describe('A gateway where the history of too many sessions waits', { timeout: 180_000 }, () => {
  const postgres = usePostgres()
  let stack: Stack
  beforeAll(async () => {
    stack = await startStack({
      count: { stt: 0, tts: 0, llm: 0 },
      env: { DATABASE_URL: postgres.url, VOICEBOX_HISTORY_SESSIONS: '1' },
    })
  }, 180_000)
  afterAll(() => stack.close())

  /** Why nobody is let in; who is, before it is noticed that there is no more room, leaves again. */
  async function refused(): Promise<string> {
    try {
      await (await connect(stack.ws())).close()
      return 'let in'
    } catch (error) {
      return String(error)
    }
  }

  it('refuses new sessions by 503 until it is written down, and keeps those that it has', async () => {
    const first = await connect(stack.ws())
    await first.next('session.created')
    await vi.waitFor(async () => expect(await refused()).toContain('503'), patient)
    expect(first.socket.readyState).toBe(first.socket.OPEN)
    await first.close()
    await expect(connect(stack.ws())).rejects.toThrow('503')
    await stack.start('housekeeper')
    await vi.waitFor(async () => (await connect(stack.ws())).close(), patient)
  })
})
