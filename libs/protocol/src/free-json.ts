import { z } from 'zod'
import { maxLength } from './bounds.ts'

/** Deepest nesting of JSON that we keep without knowing its shape: what is echoed must be encodable without overflow. */
const maxDepth = 64

/** Refuses what is too deep or too long. */
const bounded = (value: unknown, context: z.RefinementCtx): void => {
  if (isDeeperThan(value, maxDepth)) {
    context.addIssue({ code: 'custom', message: `Expected at most ${maxDepth} levels of nesting.` })
  } else if (lengthOf(value) > maxLength.json) {
    context.addIssue({ code: 'custom', message: `Expected at most ${maxLength.json} characters of JSON.` })
  }
}

export const freeJson = z.unknown().superRefine(bounded)
export const freeObject = z.record(z.string(), z.unknown()).superRefine(bounded)

/** As JSON; what JSON cannot say has none. */
const lengthOf = (value: unknown): number => (JSON.stringify(value) as string | undefined)?.length ?? 0

/** Breadth first, so that no input can exhaust the stack. */
function isDeeperThan(value: unknown, limit: number): boolean {
  let level: unknown[] = [value]
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > limit) return true
    level = level.flatMap((one) => (typeof one === 'object' && one !== null ? (Object.values(one) as unknown[]) : []))
  }
  return false
}
