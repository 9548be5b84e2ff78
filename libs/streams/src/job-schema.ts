import { ttsEngines } from '@voicebox/engines'
import { z } from 'zod'
import type { CallToolJob, GenerateJob, Job, JobOf, ListToolsJob, SynthesizeJob, TranscribeJob } from './jobs.ts'

const base = {
  id: z.templateLiteral(['job_', z.string()]),
  sessionId: z.templateLiteral(['sess_', z.string()]),
  tenantId: z.string(),
  deadlineMs: z.number(),
  traceId: z.string(),
  trace: z.object({ sentAtMs: z.number(), traceparent: z.string().exactOptional() }).exactOptional(),
}
const responseId = z.templateLiteral(['resp_', z.string()])
const language = z.string().exactOptional()

const tool = z.object({
  name: z.string(),
  description: z.string().exactOptional(),
  parameters: z.record(z.string(), z.unknown()).exactOptional(),
})
const server = z.object({
  label: z.string(),
  url: z.string(),
  authorization: z.string().exactOptional(),
  headers: z.record(z.string(), z.string()).exactOptional(),
})

/** What a lane entry must be. Fields that this version does not know are dropped. */
export const jobSchemas: { [K in Job['kind']]: z.ZodType<JobOf<K>> } = {
  transcribe: z.object({
    ...base,
    kind: z.literal('transcribe'),
    itemId: z.string(),
    language,
    prompt: z.string().exactOptional(),
    wantsLogprobs: z.boolean().exactOptional(),
    peekMs: z.number().exactOptional(),
  }) satisfies z.ZodType<TranscribeJob>,
  generate: z.object({
    ...base,
    kind: z.literal('generate'),
    responseId,
    instructions: z.string(),
    itemIds: z.array(z.string()),
    maxOutputTokens: z.number().exactOptional(),
    temperature: z.number().exactOptional(),
    tools: z.array(tool).exactOptional(),
    toolChoice: z.union([z.enum(['none', 'auto', 'required']), z.object({ name: z.string() })]).exactOptional(),
    parallelToolCalls: z.boolean().exactOptional(),
    reasoningEffort: z.enum(['minimal', 'low', 'medium', 'high', 'xhigh']).exactOptional(),
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
  list_tools: z.object({
    ...base,
    kind: z.literal('list_tools'),
    itemId: z.string(),
    server,
  }) satisfies z.ZodType<ListToolsJob>,
  call_tool: z.object({
    ...base,
    kind: z.literal('call_tool'),
    itemId: z.string(),
    server,
    name: z.string(),
    arguments: z.string(),
  }) satisfies z.ZodType<CallToolJob>,
}
