import { z } from 'zod'

/** Longest `event_id` that a client may choose. */
export const maxEventIdLength = 512

const clientEventId = z
  .string()
  .max(maxEventIdLength)
  .describe('Chosen by the client; an `error` about this event names it.')
const serverEventId = z.string().describe('Unique among the events of all sessions.')

/** Defines one client event: validation, type and documentation at once. */
export const clientEvent = <const T extends string, const S extends z.ZodRawShape>(
  type: T,
  description: string,
  shape: S,
) => z.strictObject({ type: z.literal(type), event_id: clientEventId.exactOptional(), ...shape }).describe(description)

/** Defines one server event: validation (for tests), type and documentation at once. */
export const serverEvent = <const T extends string, const S extends z.ZodRawShape>(
  type: T,
  description: string,
  shape: S,
) => z.strictObject({ type: z.literal(type), event_id: serverEventId, ...shape }).describe(description)
