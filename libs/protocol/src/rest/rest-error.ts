import { z } from 'zod'

export const restErrorSchema = z
  .strictObject({
    error: z.strictObject({
      message: z.string(),
      type: z.enum(['invalid_request_error', 'authentication_error', 'rate_limit_error', 'server_error']),
      param: z.string().nullable().describe('Path of the field at fault.'),
      code: z.string().describe('Stable and machine-readable.'),
    }),
  })
  .meta({ id: 'RestError', description: 'What went wrong.' })
/** Every answer that is no success has this shape. */
export type RestError = z.infer<typeof restErrorSchema>
