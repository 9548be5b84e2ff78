import { z } from 'zod'
import { decode } from './codec.ts'
import { jobSchemas } from './job-schema.ts'
import { type Job, type JobOf, type Lane, groupOf } from './jobs.ts'

/** The jobs that a lane carries. */
export type JobIn<L extends Lane> = L extends `jobs:stt:${string}`
  ? JobOf<'transcribe'>
  : L extends `jobs:llm:${string}`
    ? JobOf<'generate'>
    : L extends `jobs:mcp:${string}`
      ? JobOf<'list_tools' | 'call_tool'>
      : JobOf<'synthesize'>

/** Reads what a lane carries; null where it is not a job of this lane. */
export function decodeJob(lane: Lane, payload: Buffer | undefined): Job | null {
  try {
    return jobsOf[groupOf(lane)].parse(decode(payload ?? Buffer.alloc(0)))
  } catch {
    return null
  }
}

const jobsOf = {
  'stt-workers': jobSchemas.transcribe,
  'llm-workers': jobSchemas.generate,
  'mcp-workers': z.union([jobSchemas.list_tools, jobSchemas.call_tool]),
  'tts-workers': jobSchemas.synthesize,
} satisfies Record<ReturnType<typeof groupOf>, z.ZodType<Job>>
