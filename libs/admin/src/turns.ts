import { z } from '@hono/zod-openapi'
import type { Waterfall } from '@voicebox/streams'
import { at, moment } from './fields.ts'

const ms = z.int().nonnegative()

/** A turn as it is shown, in milliseconds from where the user fell silent, or the client asked. */
export const shownTurn = z
  .object({
    object: z.literal('turn'),
    trace_id: z.string(),
    response_id: z.string().nullable(),
    cause: z.enum(['speech', 'commit', 'item', 'response']),
    status: z.string(),
    started_at: moment,
    first_ms: ms.nullable().openapi({ description: 'Until the first output went to the client; null: none did.' }),
    total_ms: ms,
    stages: z.array(z.object({ name: z.string(), at_ms: ms, ms })),
    engines: z
      .record(z.string(), z.string())
      .openapi({ description: 'Who did the work, by the first word of a stage.' }),
  })
  .openapi('Turn')

export function showTurn(turn: Waterfall): z.input<typeof shownTurn> {
  const { traceId, responseId, cause, status, startedAtMs, firstMs, totalMs, stages, engines } = turn
  return {
    object: 'turn',
    trace_id: traceId,
    response_id: responseId,
    cause,
    status,
    started_at: at(new Date(startedAtMs)),
    first_ms: firstMs,
    total_ms: totalMs,
    stages: stages.map(({ name, atMs, ms: took }) => ({ name, at_ms: atMs, ms: took })),
    engines: { ...engines },
  }
}
