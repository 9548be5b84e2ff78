import { z } from 'zod'

export const logprobsSchema = z
  .array(z.strictObject({ token: z.string(), logprob: z.number(), bytes: z.array(z.int()) }))
  .describe('How sure the engine was of each token; only where it says so and the session includes it.')
export type Logprobs = z.infer<typeof logprobsSchema>
