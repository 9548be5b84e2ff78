import { z } from 'zod'

export const wireErrorSchema = z
  .strictObject({
    type: z.enum(['invalid_request_error', 'authentication_error', 'rate_limit_error', 'server_error']),
    code: z.string().describe('Stable and machine-readable.'),
    message: z.string(),
    param: z.string().nullable().describe('Path of the field at fault.'),
    event_id: z.string().nullable().describe('The client event at fault, if it carried an id.'),
  })
  .meta({ id: 'Error', description: 'What went wrong. All five keys are always present.' })
/** The `error` of an `error` event. */
export type WireError = z.infer<typeof wireErrorSchema>

/** Completes an error: by default the client's fault, about no field and no event. */
export function wireError(error: Pick<WireError, 'code' | 'message'> & Partial<WireError>): WireError {
  return {
    type: error.type ?? 'invalid_request_error',
    code: error.code,
    message: error.message,
    param: error.param ?? null,
    event_id: error.event_id ?? null,
  }
}
