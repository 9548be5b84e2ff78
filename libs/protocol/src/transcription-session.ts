import { z } from 'zod'
import { audioFormatSchema } from './audio-format.ts'
import { noiseReductionSchema, transcriptionSchema } from './input-audio.ts'
import { includeSchema } from './session-object.ts'
import { count } from './scalars.ts'
import { eachOptional } from './shape.ts'
import { turnDetectionSchema } from './turn-detection.ts'

/** What is shown of turn detection: nothing follows a turn here, so nothing is said of what would. */
const shownTurnDetectionSchema = z
  .discriminatedUnion('type', [
    z.strictObject({
      type: z.literal('server_vad'),
      threshold: z.number(),
      prefix_padding_ms: count,
      silence_duration_ms: count,
    }),
    z.strictObject({ type: z.literal('semantic_vad'), eagerness: z.enum(['auto', 'low', 'medium', 'high']) }),
  ])
  .meta({ id: 'TranscriptionTurnDetection', description: 'How the end of an utterance is found.' })

const inputFields = {
  format: audioFormatSchema,
  transcription: transcriptionSchema.nullable().describe('How the audio is written down.'),
  noise_reduction: noiseReductionSchema.nullable().describe('Null: off.'),
}

export const transcriptionSessionSchema = z
  .strictObject({
    type: z.literal('transcription'),
    object: z.literal('realtime.transcription_session'),
    id: z.string(),
    expires_at: count.describe('When the session ends, in seconds since the Unix epoch.'),
    audio: z.strictObject({
      input: z.strictObject({
        ...inputFields,
        turn_detection: shownTurnDetectionSchema.nullable().describe('Null: the client commits.'),
      }),
    }),
    include: includeSchema,
  })
  .meta({ id: 'TranscriptionSession', description: 'A session that writes down what it hears, and never answers.' })
export type TranscriptionSession = z.infer<typeof transcriptionSessionSchema>

export const transcriptionSessionPatchSchema = z
  .strictObject({
    type: z.literal('transcription'),
    audio: z
      .strictObject({
        input: z
          .strictObject(
            eachOptional({
              ...inputFields,
              turn_detection: turnDetectionSchema.nullable().describe('Null: the client commits.'),
            }),
          )
          .exactOptional(),
      })
      .exactOptional(),
    include: includeSchema.exactOptional(),
  })
  .meta({ id: 'TranscriptionSessionPatch', description: 'Changes to a transcription session.' })
/** What `session.update` brings in a transcription session. */
export type TranscriptionSessionPatch = z.infer<typeof transcriptionSessionPatchSchema>
