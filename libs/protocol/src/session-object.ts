import { z } from 'zod'
import { audioFormatSchema } from './audio-format.ts'
import { maxLength } from './bounds.ts'
import { freeJson } from './free-json.ts'
import { generationFields, reasoningFields } from './generation.ts'
import { noiseReductionSchema, transcriptionSchema } from './input-audio.ts'
import { count, decimal, text } from './scalars.ts'
import { eachOptional } from './shape.ts'
import { serverVadSchema, turnDetectionSchema } from './turn-detection.ts'

const voiceName = text(maxLength.name).min(1)

export const voiceSchema = z
  .union([voiceName, z.strictObject({ id: voiceName })])
  .describe('Name of a voice, or `{id}` of a custom one. Fixed once the session has produced audio.')
export type Voice = z.infer<typeof voiceSchema>

export const tracingSchema = z.union([
  z.literal('auto'),
  z.strictObject({
    workflow_name: text(maxLength.name).exactOptional(),
    group_id: text(maxLength.name).exactOptional(),
    metadata: freeJson.exactOptional(),
  }),
])

const truncationSchema = z.union([
  z.enum(['auto', 'disabled']),
  z.strictObject({
    type: z.literal('retention_ratio'),
    retention_ratio: decimal({ min: 0, max: 1 }),
    token_limits: z.strictObject({ post_instructions: count.exactOptional() }).exactOptional(),
  }),
])

export const includeSchema = z
  .array(z.enum(['item.input_audio_transcription.logprobs']))
  .max(16)
  .nullable()
  .describe('Extra output.')

const sessionFields = {
  ...generationFields,
  tracing: tracingSchema.nullable().describe('Trace settings; cannot change once on.'),
  truncation: truncationSchema.describe('What gives way when the conversation outgrows the model.'),
  include: includeSchema,
}

const inputFields = {
  format: audioFormatSchema,
  transcription: transcriptionSchema.nullable().describe('Null: user audio is not written down for the client.'),
  noise_reduction: noiseReductionSchema.nullable().describe('Null: off.'),
  turn_detection: turnDetectionSchema.nullable().describe('Null: the client commits and asks for responses itself.'),
}

export const outputFields = {
  format: audioFormatSchema,
  voice: voiceSchema,
  speed: decimal({ min: 0.25, max: 1.5 }).describe('Pace of speech; changes between responses only.'),
}

export const sessionSchema = z
  .strictObject({
    type: z.literal('realtime'),
    object: z.literal('realtime.session'),
    id: z.string(),
    model: z.string().describe('The model named at connecting; it cannot change.'),
    expires_at: count.describe('When the session ends, in seconds since the Unix epoch.'),
    ...sessionFields,
    ...reasoningFields,
    temperature: z.number().exactOptional().describe('Only where a beta client has set it.'),
    audio: z.strictObject({ input: z.strictObject(inputFields), output: z.strictObject(outputFields) }),
  })
  .meta({ id: 'Session', description: 'The effective configuration of a session: every key is always present.' })
/** The effective configuration of a session, as every `session.created` and `session.updated` shows it. */
export type Session = z.infer<typeof sessionSchema>

export const sessionPatchSchema = z
  .strictObject({
    type: z.literal('realtime'),
    model: text(maxLength.name).exactOptional().describe('Accepted if it is the session’s own.'),
    ...eachOptional(sessionFields),
    ...reasoningFields,
    audio: z
      .strictObject({
        input: z.strictObject(eachOptional(inputFields)).exactOptional(),
        output: z.strictObject(eachOptional(outputFields)).exactOptional(),
      })
      .exactOptional(),
  })
  .meta({ id: 'SessionPatch', description: 'Changes to a session: what is left out stays, what is given replaces.' })
/** What `session.update` brings: `turn_detection`, `transcription` and formats arrive with their defaults filled in. */
export type SessionPatch = z.infer<typeof sessionPatchSchema> & BetaGeneration

/** What only the beta dialect can ask for. */
export interface BetaGeneration {
  temperature?: number
}

export interface NewSession {
  id: string
  model: string
  voice?: Voice
  /** In seconds since the Unix epoch. */
  expiresAt: number
}

/** The session that a client has before its first `session.update`. */
export function defaultSession({ id, model, voice = 'alloy', expiresAt }: NewSession): Session {
  return {
    type: 'realtime',
    object: 'realtime.session',
    id,
    model,
    output_modalities: ['audio'],
    instructions: '',
    tools: [],
    tool_choice: 'auto',
    max_output_tokens: 'inf',
    tracing: null,
    truncation: 'auto',
    prompt: null,
    expires_at: expiresAt,
    audio: {
      input: {
        format: { type: 'audio/pcm', rate: 24_000 },
        transcription: null,
        noise_reduction: null,
        turn_detection: serverVadSchema.parse({ type: 'server_vad' }),
      },
      output: { format: { type: 'audio/pcm', rate: 24_000 }, voice, speed: 1 },
    },
    include: null,
  }
}
