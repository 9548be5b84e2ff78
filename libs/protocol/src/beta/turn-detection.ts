import { z } from 'zod'
import { semanticVadSchema, serverVadSchema, type TurnDetection, turnDetectionSchema } from '../turn-detection.ts'

const { threshold, prefix_padding_ms, silence_duration_ms } = serverVadSchema.shape
const { eagerness, create_response, interrupt_response } = semanticVadSchema.shape

/** The fields that have a meaning for one type only; for the other they are accepted, without effect. */
const ownFields = {
  server_vad: ['threshold', 'prefix_padding_ms', 'silence_duration_ms'],
  semantic_vad: ['eagerness'],
} as const

/** Reads turn detection as the beta dialect has it: one flat object, of which each type uses its own fields. */
export const betaTurnDetectionSchema = z
  .strictObject({
    type: z.enum(['server_vad', 'semantic_vad']).default('server_vad'),
    threshold: usedBySome(threshold),
    prefix_padding_ms: usedBySome(prefix_padding_ms),
    silence_duration_ms: usedBySome(silence_duration_ms),
    eagerness: usedBySome(eagerness),
    create_response,
    interrupt_response,
  })
  .transform(({ create_response, interrupt_response, ...fields }): unknown => {
    const own = Object.entries(fields).filter(([name]) => isOwn(fields.type, name))
    return { type: fields.type, ...Object.fromEntries(own), create_response, interrupt_response }
  })
  .pipe(turnDetectionSchema)
  .meta({
    id: 'BetaTurnDetection',
    description:
      'How the end of the user’s turn is found. `threshold`, `prefix_padding_ms` and `silence_duration_ms` are for `server_vad`, `eagerness` is for `semantic_vad`.',
  })

/** Its default is filled in only where its type uses it. */
function usedBySome<S extends z.ZodType>(field: z.ZodDefault<S>) {
  return field
    .unwrap()
    .exactOptional()
    .describe(field.description ?? '')
}

const isOwn = (type: TurnDetection['type'], name: string): boolean =>
  (ownFields[type] as readonly string[]).includes(name)

type Shown<T> = T extends unknown ? Omit<T, 'idle_timeout_ms'> : never
export type BetaTurnDetection = Shown<TurnDetection>

/** The beta dialect knows no idle timeout. */
export function betaTurnDetectionOf(detection: TurnDetection): BetaTurnDetection {
  if (detection.type === 'semantic_vad') return detection
  const { idle_timeout_ms: _, ...shown } = detection
  return shown
}
