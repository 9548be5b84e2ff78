import type { Check } from '../check.ts'
import type { Target } from '../server/target.ts'
import type { Result } from './result.ts'
import { runCheck } from './run-check.ts'

export interface RunOptions {
  /** How many checks run at a time. */
  concurrency: number
  /** Checks that take long are run too. */
  isPatient: boolean
  /** Told of each check as it ends. */
  onResult: (result: Result) => void
}

/** Runs the checks, a few at a time; answers their results in the order of the checks. */
export async function runChecks(checks: readonly Check[], target: Target, options: RunOptions): Promise<Result[]> {
  const results = new Map<Check, Result>()
  const queue = checks.values()
  async function work(): Promise<void> {
    for (const check of queue) {
      const reason = whyNot(check, target, options)
      const result: Result =
        reason === null ? await runCheck(check, target) : { check, outcome: { kind: 'skipped', reason }, durationMs: 0 }
      results.set(check, result)
      options.onResult(result)
    }
  }
  await Promise.all(Array.from({ length: options.concurrency }, work))
  return checks.flatMap((check) => results.get(check) ?? [])
}

function whyNot({ needs }: Check, target: Target, { isPatient }: RunOptions): string | null {
  if (needs === 'mcp' && target.mcpUrl === undefined) return 'needs --mcp-url'
  if (needs === 'slow' && !isPatient) return 'needs --slow'
  return null
}
