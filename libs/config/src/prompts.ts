import { z } from 'zod'

const variableName = z
  .string()
  .regex(/^[\w.-]{1,64}$/, 'expected 1 to 64 letters, digits, underscores, dots and hyphens')

/**
 * A prompt template as the operator writes it. Every `{{…}}` names a variable, with spaces around the name if one likes,
 * and every default belongs to one of them: what is misspelled is found here and not in a conversation.
 */
export const promptSchema = z
  .strictObject({
    version: z.string().min(1).nullable().default(null),
    instructions: z.string().min(1),
    variables: z.record(variableName, z.string()).default({}),
  })
  .superRefine(({ instructions, variables }, context) => {
    const places = [...instructions.matchAll(/\{\{(.*?)\}\}/gs)].map(([, name = '']) => name.trim())
    if (!places.every((name) => variableName.safeParse(name).success)) {
      context.addIssue({ code: 'custom', path: ['instructions'], message: 'a {{…}} names no variable' })
    }
    for (const name of Object.keys(variables).filter((name) => !places.includes(name))) {
      context.addIssue({ code: 'custom', path: ['variables', name], message: 'the instructions have no such place' })
    }
  })
