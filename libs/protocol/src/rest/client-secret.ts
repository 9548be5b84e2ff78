import { z } from 'zod'
import { count, integer } from '../scalars.ts'
import { anySessionPatchSchema, shownSessionSchema } from '../shown-session.ts'

/** What every answer with a secret shows of it. */
export const clientSecretFields = {
  value: z.string().describe('The secret, which begins with `ek_`: a key for connections, not for this API.'),
  expires_at: count.describe('When it expires, in seconds since the Unix epoch.'),
}

export const defaultSecretSeconds = 600

const expirySchema = z.strictObject({
  anchor: z.literal('created_at').default('created_at').describe('What the seconds are counted from.'),
  seconds: integer({ min: 10, max: 7_200 }).default(defaultSecretSeconds),
})

export const clientSecretRequestSchema = z
  .strictObject({
    expires_after: expirySchema.exactOptional().describe('When the secret expires; sessions that it opened go on.'),
    session: anySessionPatchSchema
      .exactOptional()
      .describe('What sessions begin with; left out: a realtime session as it is by default.'),
    single_use: z
      .boolean()
      .default(false)
      .describe(
        'An extension of this server: whether the secret opens one connection only, in place of any number until it expires.',
      ),
    max_session_seconds: integer({ min: 60, max: 3_600 })
      .exactOptional()
      .describe('An extension of this server: how long a session that the secret opens may last at most.'),
  })
  .meta({ id: 'ClientSecretRequest', description: 'A client secret to make.' })

export const clientSecretSchema = z.strictObject({ ...clientSecretFields, session: shownSessionSchema }).meta({
  id: 'ClientSecret',
  description: 'A client secret and the session that it opens, whose `expires_at` is 0 since it has not begun.',
})
export type ClientSecret = z.infer<typeof clientSecretSchema>
