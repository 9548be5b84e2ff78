import { z } from '@hono/zod-openapi'
import { type Lane, laneStats, type LaneStats, listLanes } from '@voicebox/streams'
import { operation } from './operation.ts'
import { letterOperations } from './letters.ts'

const shown = z
  .object({
    object: z.literal('lane'),
    name: z.string().openapi({ example: 'jobs:llm:default' }),
    waiting: z.int().openapi({ description: 'Jobs that wait for a worker, those in the overflow among them.' }),
    overflow: z.int().openapi({ description: 'Jobs that wait for others of their tenant.' }),
    oldest_ms: z.int().openapi({ description: 'How long the oldest of those that wait has waited.' }),
    working: z.int().openapi({ description: 'Jobs that workers have.' }),
    retrying: z.int().openapi({ description: 'Jobs that failed and wait to be begun again.' }),
    workers: z.int().openapi({ description: 'Workers that take jobs from it.' }),
    dead: z.int().openapi({ description: 'Jobs that were given up, and of which a letter is kept.' }),
  })
  .openapi('Lane')

export const laneOperations = [
  operation({
    tag: 'Lanes',
    access: 'platform',
    id: 'listLanes',
    method: 'get',
    path: '/lanes',
    summary: 'Lists the lanes with their workers',
    answer: z.object({ object: z.literal('list'), data: z.array(shown) }).openapi('LaneList'),
    async perform({ services }) {
      const redis = await services.redis()
      const lanes = await listLanes(redis)
      const data = await Promise.all(lanes.map(async (lane) => showLane(lane, await laneStats(redis, lane))))
      return { object: 'list' as const, data }
    },
  }),
  ...letterOperations,
]

function showLane(name: Lane, stats: LaneStats): z.input<typeof shown> {
  const { depth: waiting, overflow, oldestMs, pending: working, later: retrying, consumers: workers, dead } = stats
  return {
    object: 'lane',
    name,
    waiting,
    overflow,
    oldest_ms: Math.round(oldestMs),
    working,
    retrying,
    workers,
    dead,
  }
}
