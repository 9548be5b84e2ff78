import { z } from 'zod'
import { includeSchema } from '../session-object.ts'
import { eachOptional } from '../shape.ts'
import { type TranscriptionSessionPatch, transcriptionSessionPatchSchema } from '../transcription-session.ts'
import { secretOfTranscription } from './client-secret.ts'
import { type FlatPatch, readFlat } from './flat-patch.ts'
import { betaInputFields } from './input-audio.ts'
import { betaModalitiesSchema } from './modalities.ts'
import { nested, sessionPaths } from './paths.ts'

export const betaTranscriptionPatchSchema = z
  .strictObject(
    eachOptional({
      ...betaInputFields,
      include: includeSchema,
      modalities: betaModalitiesSchema.describe('Accepted, without effect: nothing is answered.'),
      client_secret: secretOfTranscription,
    }),
  )
  .transform(({ modalities: _, client_secret: __, ...flat }) =>
    nested({ type: 'transcription', ...flat }, sessionPaths),
  )
  .pipe(transcriptionSessionPatchSchema)
  .meta({ id: 'BetaTranscriptionSessionPatch', description: 'Changes to a transcription session.' })

/** Reads a flat transcription session as changes to one, or says what is wrong with it, by its path from `base`. */
export const betaTranscriptionPatch = (
  flat: unknown,
  base: readonly PropertyKey[] = [],
): FlatPatch<TranscriptionSessionPatch> => readFlat(betaTranscriptionPatchSchema, flat, base)
