import { z } from 'zod'
import { maxLength } from '../bounds.ts'
import { generationFields, maxOutputTokensSchema } from '../generation.ts'
import { text } from '../scalars.ts'
import { includeSchema, outputFields, type SessionPatch, sessionPatchSchema, tracingSchema } from '../session-object.ts'
import { eachOptional } from '../shape.ts'
import { secretOfSession } from './client-secret.ts'
import { type FlatPatch, readFlat } from './flat-patch.ts'
import { betaGenerationFields, temperature } from './generation.ts'
import { betaInputFields } from './input-audio.ts'
import { nested, sessionPaths } from './paths.ts'

export const betaSessionPatchSchema = z
  .strictObject(
    eachOptional({
      model: text(maxLength.name).describe('Accepted if it is the session’s own.'),
      ...betaGenerationFields,
      max_response_output_tokens: maxOutputTokensSchema,
      ...betaInputFields,
      speed: outputFields.speed,
      tracing: tracingSchema.nullable().describe('Trace settings; cannot change once on.'),
      prompt: generationFields.prompt,
      include: includeSchema,
      client_secret: secretOfSession,
    }),
  )
  .transform(({ client_secret: _, ...flat }) => nested({ type: 'realtime', ...flat }, sessionPaths))
  .pipe(sessionPatchSchema.extend({ temperature: temperature.exactOptional() }))
  .meta({
    id: 'BetaSessionPatch',
    description: 'Changes to a session: what is left out stays, what is given replaces.',
  })

/** Reads a flat session as changes to a session, or says what is wrong with it, by its path from `base`. */
export const betaSessionPatch = (flat: unknown, base: readonly PropertyKey[] = []): FlatPatch<SessionPatch> =>
  readFlat(betaSessionPatchSchema, flat, base)
