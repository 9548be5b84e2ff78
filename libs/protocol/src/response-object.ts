import { z } from 'zod'
import { audioFormatSchema } from './audio-format.ts'
import { maxOutputTokensSchema, outputModalitiesSchema } from './generation.ts'
import { itemSchema } from './item.ts'
import { usageSchema } from './usage.ts'

const statusDetailsSchema = z
  .discriminatedUnion('type', [
    z.strictObject({ type: z.literal('cancelled'), reason: z.enum(['turn_detected', 'client_cancelled']) }),
    z.strictObject({
      type: z.literal('incomplete'),
      reason: z
        .enum(['max_output_tokens', 'content_filter'])
        .exactOptional()
        .describe('Absent where some of the answer was lost on the way to the client.'),
    }),
    z.strictObject({
      type: z.literal('failed'),
      error: z.strictObject({ type: z.string(), code: z.string(), message: z.string().exactOptional() }),
    }),
  ])
  .meta({ id: 'ResponseStatusDetails', description: 'Why a response ended before its time.' })
export type ResponseStatusDetails = z.infer<typeof statusDetailsSchema>

const statusSchema = z.enum(['in_progress', 'completed', 'cancelled', 'failed', 'incomplete'])
export type ResponseStatus = z.infer<typeof statusSchema>

export const responseObjectSchema = z
  .strictObject({
    object: z.literal('realtime.response'),
    id: z.string(),
    status: statusSchema,
    status_details: statusDetailsSchema.nullable().describe('Null while in progress and when completed.'),
    output: z.array(itemSchema),
    conversation_id: z.string().nullable().describe('Null for a response outside the conversation.'),
    output_modalities: outputModalitiesSchema,
    max_output_tokens: maxOutputTokensSchema,
    audio: z.strictObject({ output: z.strictObject({ format: audioFormatSchema, voice: z.string() }) }),
    temperature: z.number().exactOptional().describe('Only where a beta client has set it.'),
    usage: usageSchema.nullable().describe('Null until the response is done.'),
    metadata: z.record(z.string(), z.string()).nullable().describe('As given by `response.create`.'),
  })
  .meta({ id: 'Response', description: 'One answer of the model.' })
export type ResponseObject = z.infer<typeof responseObjectSchema>
