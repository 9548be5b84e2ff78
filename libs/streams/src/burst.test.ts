import { newId, silentLog } from '@voicebox/kernel'
import { expect, it, vi } from 'vitest'
import { enqueue, followSession } from './index.ts'
import { useRedis } from './testing/index.ts'
import { consume, lane, segmentJob, spoken } from './testing/streams.fixture.ts'

const server = useRedis()
const [gateway, worker] = [server.handle(), server.handle()]

it('a burst of twenty thousand jobs is done and answered, each once', { timeout: 120_000 }, async () => {
  const answered: number[] = []
  const sessions = await Promise.all(
    Array.from({ length: 20 }, async () => {
      const sessionId = newId('sess')
      const onResult = (result: { kind: string; segment?: number }): void => void answered.push(result.segment ?? -1)
      return {
        sessionId,
        follower: await followSession(
          gateway,
          { tenantId: 'tenant', sessionId },
          { afterSeq: 0, onResult, log: silentLog },
        ),
      }
    }),
  )
  const jobs = 20_000
  for (let at = 0; at < jobs; at += 1_000) {
    const page = Array.from({ length: 1_000 }, (_, index) => at + index)
    await Promise.all(
      page.map((segment) => {
        const sessionId = sessions[segment % sessions.length]?.sessionId ?? newId('sess')
        return enqueue(gateway, lane, segmentJob({ sessionId, segment, deadlineMs: 600_000 }), { maxWaiting: jobs })
      }),
    )
  }
  const consumers = ['one', 'two'].map((name) =>
    consume(worker, name, async (job, context) => void (await context.emit(spoken(job))), {
      concurrency: 64,
      claimAfterMs: 60_000,
    }),
  )
  await vi.waitFor(() => expect(answered).toHaveLength(jobs), { timeout: 110_000, interval: 100 })
  expect(new Set(answered).size).toBe(jobs)
  await Promise.all(consumers.map((consumer) => consumer.close({ deadlineMs: 5_000 })))
  expect(await worker.commands.xlen(lane)).toBe(0)
  expect((await worker.commands.xpending(lane, 'tts-workers'))[0]).toBe(0)
  for (const { follower } of sessions) follower.close()
})
