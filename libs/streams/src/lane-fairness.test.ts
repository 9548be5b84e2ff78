import { describe, expect, it, vi } from 'vitest'
import { laneStats } from './index.ts'
import { redisKinds, useRedis } from './testing/index.ts'
import { patient, useLane } from './testing/lane.fixture.ts'
import { lane, spoken } from './testing/streams.fixture.ts'

describe.each(redisKinds)('a tenant with two hundred jobs, on %s', (kind) => {
  const redis = useRedis(kind).handle()
  const fixture = useLane(redis)

  it("delays another's single job by no more than one job for each worker, and uses all workers itself", async () => {
    const begun: string[] = []
    const ends: (() => void)[] = []
    const workers = ['one', 'two', 'three']
    for (const name of workers)
      fixture.start(
        name,
        async (job, context) => {
          begun.push(job.tenantId)
          if (begun.length <= 20) await new Promise<void>((resolve) => ends.push(resolve))
          await context.emit(spoken(job))
        },
        { concurrency: 1 },
      )
    await vi.waitFor(async () => expect((await laneStats(redis, lane)).consumers).toBe(workers.length), patient)
    for (let segment = 0; segment < 200; segment++) await fixture.put({ tenantId: 'noisy', segment })
    await vi.waitFor(() => expect(begun).toHaveLength(workers.length), patient)
    await fixture.put({ tenantId: 'quiet' })

    let ended = 0
    while (!begun.includes('quiet')) {
      ends.shift()?.()
      ended += 1
      await vi.waitFor(() => expect(begun).toHaveLength(workers.length + ended), patient)
    }
    expect(ended).toBeLessThanOrEqual(workers.length)
    await vi.waitFor(async () => {
      for (const end of ends.splice(0)) end()
      expect(begun).toHaveLength(201)
    }, patient)
    await fixture.empties()
  })
})
