import { z } from 'zod'
import { integer } from '../scalars.ts'
import { eachOptional } from '../shape.ts'

const anchor = z.literal('created_at')
const seconds = integer({ min: 10, max: 7200 })
const withoutEffect = 'Named by the SDK’s types, where it is meant for REST; accepted, without effect.'

/** The beta dialect shares its session objects with REST, secrets and all. */
export const secretOfSession = z
  .strictObject({ expires_after: z.strictObject({ anchor, seconds: seconds.exactOptional() }).exactOptional() })
  .describe(withoutEffect)

export const secretOfTranscription = z
  .strictObject({ expires_at: z.strictObject(eachOptional({ anchor, seconds })).exactOptional() })
  .describe(withoutEffect)
