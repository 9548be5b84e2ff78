import { z } from 'zod'

const longestPattern = 1_000

/** The source of a regular expression, which is matched without regard to case and over lines. */
const pattern = z
  .string()
  .max(longestPattern)
  .superRefine((source, context) => {
    try {
      new RegExp(source, 'is')
    } catch (error) {
      // the engine quotes the pattern before its reason; values are never shown
      const reason = (error as Error).message.split(': ').at(-1)
      context.addIssue({ code: 'custom', message: `not a regular expression: ${reason}` })
    }
  })

const scriptedCall = z.strictObject({
  name: z.string().min(1),
  /** JSON text. */
  arguments: z.string().default('{}'),
})

/**
 * What a scripted model does when a rule applies. In `reply`, `name` and `arguments` stand `$1` to `$9` for the groups of
 * `when`, `%1` to `%9` for those of `find`, `$context` for the conversation as JSON, `$images` for the number of its
 * pictures and `$tools` for the names of the tools on offer.
 */
export const scriptedRuleSchema = z.strictObject({
  when: pattern,
  /** What `when` is matched against: the user's message or the tool's output that came last, or the instructions. */
  in: z.enum(['question', 'instructions', 'tool_result']).default('question'),
  /** Looked for in all of the conversation, newest first; where it is not found, the rule does not apply. */
  find: pattern.optional(),
  reply: z.string().optional(),
  calls: z.array(scriptedCall).optional(),
})
