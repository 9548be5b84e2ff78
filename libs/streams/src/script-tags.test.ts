import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { defineScript } from './script.ts'
import { useRedis } from './testing/index.ts'

describe('a script with several keys', () => {
  const redis = useRedis().handle()
  const about = { name: 'some.script', source: 'return #KEYS', keys: ['one', 'other'], reply: z.number() }
  const script = defineScript<{ one: string; other: string }, { log_channel: string }, number>({
    ...about,
    sha1: '0'.repeat(40),
    args: ['log_channel'],
  })

  it('runs where they share a hash tag, so that a cluster has them on one node', async () => {
    for (const [one, other, log_channel] of [
      ['{a}', '{a}:b', 'out:{a}'],
      ['a', 'b:{a}', 'a'],
      ['{}a', '{}a', '{}a'],
    ] as const)
      expect(await script(redis, { one, other }, { log_channel })).toBe(2)
  })

  it('is refused where they do not, or the channel is elsewhere, on every kind of server', async () => {
    for (const [one, other, log_channel] of [
      ['{a}', '{b}', '{a}'],
      ['a:b', 'a:c', 'a:b'],
      ['{a}', '{a}', 'a:a'],
      ['{a', '{b', '{a'],
    ] as const)
      await expect(script(redis, { one, other }, { log_channel })).rejects.toThrow('some.script was called with keys')
  })
})
