import { ttsEngines } from '@voicebox/engines'
import { z } from 'zod'
import type { GenerateJob, JobOf, Job, SynthesizeJob, TranscribeJob } from './jobs.ts'

const base = {
  id: z.templateLiteral(['job_', z.string()]),
  sessionId: z.templateLiteral(['sess_', z.string()]),
  tenantId: z.string(),
  deadlineAtMs: z.number(),
  traceId: z.string(),
}
const responseId = z.templateLiteral(['resp_', z.string()])
const language = z.string().exactOptional()

/** What a lane entry must be. Fields that this version does not know are dropped. */
export const jobSchemas: { [K in Job['kind']]: z.ZodType<JobOf<K>> } = {
  transcribe: z.object({
    ...base,
    kind: z.literal('transcribe'),
    itemId: z.string(),
    language,
    prompt: z.string().exactOptional(),
  }) satisfies z.ZodType<TranscribeJob>,
  generate: z.object({
    ...base,
    kind: z.literal('generate'),
    responseId,
    instructions: z.string(),
    itemIds: z.array(z.string()),
    maxOutputTokens: z.number().exactOptional(),
    temperature: z.number().exactOptional(),
    speech: z.object({ engine: z.enum(ttsEngines), voice: z.string(), speed: z.number(), language }).exactOptional(),
  }) satisfies z.ZodType<GenerateJob>,
  synthesize: z.object({
    ...base,
    kind: z.literal('synthesize'),
    responseId,
    segment: z.number().int().min(0),
    text: z.string(),
    voice: z.string(),
    speed: z.number(),
    language,
  }) satisfies z.ZodType<SynthesizeJob>,
}
