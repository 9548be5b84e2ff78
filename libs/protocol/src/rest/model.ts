import { z } from 'zod'
import { count } from '../scalars.ts'

export const modelSchema = z
  .strictObject({
    id: z.string().describe('The name to connect with.'),
    object: z.literal('model'),
    created: count.describe('Always 0: it is not known.'),
    owned_by: z.string(),
  })
  .meta({ id: 'Model', description: 'A model of this server.' })
export type Model = z.infer<typeof modelSchema>

export const modelListSchema = z.strictObject({ object: z.literal('list'), data: z.array(modelSchema) }).meta({
  id: 'ModelList',
  description: 'Every model of this server by name; other spellings of OpenAI’s names may be known too.',
})
export type ModelList = z.infer<typeof modelListSchema>
