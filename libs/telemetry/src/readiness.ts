/** One thing that must work for a process to serve; null when it does, else what is wrong with it. */
export type Check = () => string | null

/** What `/readyz` answers: 200 when every check is content, else 503. */
export function readiness(checks: Record<string, Check>): {
  status: 200 | 503
  body: { status: 'ready' | 'unavailable'; checks: Record<string, string> }
} {
  const results = Object.fromEntries(Object.entries(checks).map(([name, check]) => [name, check() ?? 'ok']))
  const isReady = Object.values(results).every((result) => result === 'ok')
  return { status: isReady ? 200 : 503, body: { status: isReady ? 'ready' : 'unavailable', checks: results } }
}
