import { z } from 'zod'

export const audioFormatSchema = z
  .discriminatedUnion('type', [
    z.strictObject({ type: z.literal('audio/pcm'), rate: z.literal(24_000).default(24_000) }),
    z.strictObject({ type: z.literal('audio/pcmu') }),
    z.strictObject({ type: z.literal('audio/pcma') }),
  ])
  .meta({
    id: 'AudioFormat',
    description:
      'Mono audio: signed 16 bit little-endian at 24 kHz, or G.711 µ-law (`pcmu`) or A-law (`pcma`) at 8 kHz.',
  })
export type AudioFormat = z.infer<typeof audioFormatSchema>
