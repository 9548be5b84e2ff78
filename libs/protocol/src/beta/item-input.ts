import { z } from 'zod'
import {
  content,
  functionCallInputSchema,
  functionCallOutputInputSchema,
  inputAudio,
  inputText,
  messageShape,
  words,
} from '../item-input.ts'

/** Nobody can put audio into the assistant's mouth: `audio` counts as text, and so lacks `text` if it brings audio. */
const assistantText = z
  .strictObject({ type: z.enum(['text', 'audio']), text: words })
  .transform((part) => ({ type: 'output_text' as const, text: part.text }))
  .meta({ id: 'BetaAssistantTextInput', description: 'Text of the assistant; it is shown as `text`.' })

type Part = z.core.$ZodTypeDiscriminable

/** A message, whose parts may be these besides those that every message may have. */
export const betaMessageSchema = <const P extends readonly Part[]>(...more: P) =>
  z.discriminatedUnion('role', [
    z.strictObject({
      ...messageShape,
      role: z.literal('system'),
      content: content(z.discriminatedUnion('type', [inputText, ...more])),
    }),
    z.strictObject({
      ...messageShape,
      role: z.literal('user'),
      content: content(z.discriminatedUnion('type', [inputText, inputAudio, ...more])),
    }),
    z.strictObject({
      ...messageShape,
      role: z.literal('assistant'),
      content: content(z.discriminatedUnion('type', [assistantText, ...more])),
    }),
  ])

export const betaItemInputSchema = z
  .discriminatedUnion('type', [betaMessageSchema(), functionCallInputSchema, functionCallOutputInputSchema])
  .meta({ id: 'BetaItemInput', description: 'An item as a client of the beta dialect gives it.' })
