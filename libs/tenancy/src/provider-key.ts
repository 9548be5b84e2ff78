import { z } from 'zod'

/** The name of a language provider, as `VOICEBOX_LLM_PROVIDERS` has it. */
export const providerNameSchema = z.string().min(1).max(64)

/** A key for a language provider: it goes into a header as it is. */
export const providerKeySchema = z
  .string()
  .min(16)
  .max(1_024)
  .regex(/^[\x21-\x7e]+$/, 'expected printable ASCII without blanks')
