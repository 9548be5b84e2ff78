import { z } from 'zod'
import {
  functionCallInputSchema,
  functionCallOutputInputSchema,
  itemReferenceSchema,
  type ResponseInput,
} from '../item-input.ts'
import { betaMessageSchema } from './item-input.ts'

const messageSchema = betaMessageSchema(itemReferenceSchema)
type Message = z.infer<typeof messageSchema>
type Part = Message['content'][number]

/**
 * Reads one entry of `response.create`'s `input`. A message may have references among its parts, which stand for whole
 * items: they come out as entries of their own, and what is around them as messages.
 */
export const betaResponseInputSchema = z
  .discriminatedUnion('type', [
    messageSchema,
    functionCallInputSchema,
    functionCallOutputInputSchema,
    itemReferenceSchema,
  ])
  .transform((entry): ResponseInput[] => (entry.type === 'message' ? entriesOf(entry) : [entry]))

function entriesOf(message: Message): ResponseInput[] {
  const runs: (Part[] | ResponseInput)[] = []
  for (const part of message.content) {
    const last = runs.at(-1)
    if (part.type === 'item_reference') runs.push(part)
    else if (Array.isArray(last)) last.push(part)
    else runs.push([part])
  }
  if (runs.length === 0) runs.push([])
  return runs.map((run) => (Array.isArray(run) ? ({ ...message, content: run } as ResponseInput) : run))
}
