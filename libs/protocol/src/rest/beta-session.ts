import { z } from 'zod'
import { betaFormats, type BetaAudioFormat } from '../beta/audio-format.ts'
import { generationFields, maxOutputTokensSchema } from '../generation.ts'
import { noiseReductionSchema, transcriptionSchema } from '../input-audio.ts'
import { count, integer } from '../scalars.ts'
import { includeSchema, tracingSchema } from '../session-object.ts'
import { functionChoiceSchema, functionToolSchema, toolChoiceModeSchema } from '../tool.ts'
import { transcriptionSessionSchema } from '../transcription-session.ts'
import { serverVadSchema, semanticVadSchema } from '../turn-detection.ts'
import { clientSecretFields } from './client-secret.ts'

export const defaultBetaSeconds = 60

const lifetime = z.object({ seconds: integer().exactOptional() }).exactOptional()
/** What a flat body says of its secret; the rest of the body is passed over. */
export const lifetimeSchema = z.object({
  client_secret: z.object({ expires_after: lifetime, expires_at: lifetime }).exactOptional(),
})

const formatSchema = z.enum(Object.keys(betaFormats) as BetaAudioFormat[])

const shownFields = {
  id: z.string(),
  expires_at: count.describe('0: the session has not begun.'),
  input_audio_format: formatSchema,
  input_audio_transcription: transcriptionSchema.nullable(),
  input_audio_noise_reduction: noiseReductionSchema.nullable(),
  include: includeSchema,
  client_secret: z.strictObject(clientSecretFields),
}

export const betaSessionSchema = z
  .strictObject({
    ...shownFields,
    object: z.literal('realtime.session'),
    model: z.string(),
    modalities: z.array(z.enum(['text', 'audio'])),
    instructions: z.string(),
    voice: z.string(),
    output_audio_format: formatSchema,
    turn_detection: z
      .discriminatedUnion('type', [serverVadSchema.omit({ idle_timeout_ms: true }), semanticVadSchema])
      .nullable(),
    tools: z.array(functionToolSchema),
    tool_choice: z.union([toolChoiceModeSchema, functionChoiceSchema]),
    temperature: z.number(),
    max_response_output_tokens: maxOutputTokensSchema,
    speed: z.number(),
    tracing: tracingSchema.nullable(),
    prompt: generationFields.prompt,
  })
  .meta({ id: 'BetaSession', description: 'A client secret among the settings of the session that it opens.' })

export const betaTranscriptionSessionSchema = z
  .strictObject({
    ...shownFields,
    object: z.literal('realtime.transcription_session'),
    turn_detection: transcriptionSessionSchema.shape.audio.shape.input.shape.turn_detection,
  })
  .meta({
    id: 'BetaTranscriptionSession',
    description: 'A client secret among the settings of the session that it opens.',
  })
