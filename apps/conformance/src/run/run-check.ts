import type { Check } from '../check.ts'
import { NotApplicable, Unmet } from '../judgement/unmet.ts'
import { makeServer } from '../server/server.ts'
import type { Target } from '../server/target.ts'
import { makeTrace, type Trace } from '../server/trace.ts'
import type { Outcome, Result } from './result.ts'

/** Runs one check on connections of its own and closes them. Never throws: whatever goes wrong is the check's failure. */
export async function runCheck(check: Check, target: Target): Promise<Result> {
  const trace = makeTrace()
  const server = makeServer(target, trace)
  const startedAt = performance.now()
  const outcome = await Promise.race([check.run(server), limit(target)]).then(
    (): Outcome => ({ kind: 'passed' }),
    (error: unknown) => outcomeOf(error, trace),
  )
  const durationMs = Math.round(performance.now() - startedAt)
  await server.close()
  return { check, outcome: withoutKey(outcome, target.key), durationMs }
}

/** A server that never ends an answer holds no check for longer than this. */
async function limit({ patienceMs }: Target): Promise<never> {
  const ms = 60_000 + patienceMs * 3
  const { promise, reject } = Promise.withResolvers<never>()
  setTimeout(() => reject(new Unmet('the check to come to an end', `none in ${ms / 1_000} s`)), ms).unref()
  return await promise
}

function outcomeOf(error: unknown, trace: Trace): Outcome {
  if (error instanceof NotApplicable) return { kind: 'skipped', reason: error.message }
  const { lines } = trace
  if (error instanceof Unmet) return { kind: 'failed', expected: error.expected, came: error.came, trace: lines }
  return { kind: 'failed', expected: 'an answer', came: String(error), trace: lines }
}

/** A server may repeat the key in what it says; a report never does. */
function withoutKey(outcome: Outcome, key: string): Outcome {
  if (outcome.kind !== 'failed') return outcome
  const hidden = (text: string): string => text.replaceAll(key, '[key]')
  return {
    ...outcome,
    expected: hidden(outcome.expected),
    came: hidden(outcome.came),
    trace: outcome.trace.map(hidden),
  }
}
