import { describe, expect, it } from 'vitest'
import type { GenerateJob } from './index.ts'
import { jobOutput, sessionLogLimits } from './job-output.ts'
import { useRedis } from './testing/index.ts'
import { segmentJob } from './testing/streams.fixture.ts'

describe('what a job says', () => {
  const redis = useRedis().handle()
  const owner = { entry: '1-0', attempt: 1, deadlineAtMs: Date.now() + 60_000, limits: sessionLogLimits }

  it('ends it with its last result; a segment that could not be spoken ends its own job, not the answer’s', async () => {
    const { sessionId, responseId, ...base } = segmentJob()
    const failed = { kind: 'segment_failed', responseId, segment: 0, code: 'lane_full', message: 'Full' } as const
    const about = { id: base.id, tenantId: base.tenantId, deadlineMs: base.deadlineMs, traceId: base.traceId }
    const answer: GenerateJob = { kind: 'generate', ...about, sessionId, responseId, instructions: '', itemIds: [] }

    const answering = jobOutput(redis, answer, owner)
    await answering.begin()
    expect(await answering.emit([failed])).toBe('emitted')
    expect(answering.hasEnded).toBe(false)
    expect(await jobOutput(redis, answer, { ...owner, attempt: 2 }).begin()).toMatchObject({
      verdict: 'run_after_output',
    })

    const segment = segmentJob({ sessionId, responseId })
    const speaking = jobOutput(redis, segment, owner)
    await speaking.begin()
    expect(await speaking.emit([failed])).toBe('emitted')
    expect(speaking.hasEnded).toBe(true)
    expect(await jobOutput(redis, segment, { ...owner, attempt: 2 }).begin()).toMatchObject({ verdict: 'done' })
  })
})
