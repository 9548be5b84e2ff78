import { makeManualClock, silentLog } from '@voicebox/kernel'
import { type Lane, openRedis } from '@voicebox/streams'
import { useRedis } from '@voicebox/streams/testing'
import { describe, expect, it } from 'vitest'
import type { Pipeline } from './models.ts'
import { watchServices } from './services.ts'
import { startWorkers } from './testing/scripted-workers.ts'

const server = useRedis()
const redis = server.handle()

const pipeline: Pipeline = { stt: 'stub', llm: 'default', tts: 'stub', voice: 'alloy', contextTokens: 1_000 }
const other: Pipeline = { ...pipeline, stt: 'whisper' }
const patient = { timeout: 20_000, interval: 5 }

describe('The services', () => {
  it('are served until nobody has shown life in their lane for a while, each pipeline by its own', async () => {
    const clock = makeManualClock()
    const changes: Lane[] = []
    const onChange = (lane: Lane): void => void changes.push(lane)
    const services = watchServices({ redis, pipelines: [pipeline, other], onChange, clock, log: silentLog })
    expect(services.unserved).toEqual([])
    expect(services.isServed('language', pipeline)).toBe(true)
    const look = async (seconds: number): Promise<void> => {
      for (let second = 0; second < seconds; second++) {
        clock.advance(1_000)
        await new Promise((resolve) => setTimeout(resolve, 20))
      }
    }
    await expect
      .poll(async () => {
        await look(1)
        return services.unserved.length
      }, patient)
      .toBe(4)
    expect([...services.unserved].sort()).toEqual([
      'jobs:llm:default',
      'jobs:stt:stub',
      'jobs:stt:whisper',
      'jobs:tts:stub',
    ])
    expect([...changes].sort()).toEqual([...services.unserved].sort())
    const url = server.url
    const own = await openRedis({ url, name: 'workers', log: silentLog, signal: AbortSignal.timeout(10_000) })
    const workers = startWorkers(own)
    await expect
      .poll(async () => {
        await look(1)
        return services.unserved
      }, patient)
      .toEqual(['jobs:stt:whisper'])
    for (const service of ['transcription', 'language', 'speech'] as const)
      expect(services.isServed(service, pipeline)).toBe(true)
    expect(services.isServed('transcription', other)).toBe(false)
    expect(services.isServed('speech', other)).toBe(true)
    await workers.close()
    await own.close()
    const told = changes.length
    services.close()
    await look(30)
    expect(changes).toHaveLength(told)
  })
})
