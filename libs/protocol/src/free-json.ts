import { z } from 'zod'

/** Deepest nesting of JSON that we keep without knowing its shape: what is echoed must be encodable without overflow. */
const maxDepth = 64

const shallow = (value: unknown, context: z.RefinementCtx): void => {
  if (isDeeperThan(value, maxDepth)) {
    context.addIssue({ code: 'custom', message: `Expected at most ${maxDepth} levels of nesting.` })
  }
}

export const freeJson = z.unknown().superRefine(shallow)
export const freeObject = z.record(z.string(), z.unknown()).superRefine(shallow)

/** Breadth first, so that no input can exhaust the stack. */
function isDeeperThan(value: unknown, limit: number): boolean {
  let level: unknown[] = [value]
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > limit) return true
    level = level.flatMap((one) => (typeof one === 'object' && one !== null ? (Object.values(one) as unknown[]) : []))
  }
  return false
}
