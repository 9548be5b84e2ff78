import { type Scope, aborted } from '@voicebox/kernel'
import { type Listener, type Supervised, type SupervisedSpec, supervise } from './supervise.ts'

/**
 * Starts the processes of each stage side by side, and a stage when the one before it is ready; the scope closes the
 * stages in reverse. Resolves with them, by stage, when all are ready or `signal` is aborted; throws the `Failure` of what
 * cannot start.
 */
export async function startStages(
  stages: readonly (readonly SupervisedSpec[])[],
  { scope, listener, signal, hurry }: { scope: Scope; listener: Listener; signal: AbortSignal; hurry: AbortSignal },
): Promise<Supervised[][]> {
  const started: Supervised[][] = []
  for (const stage of stages) {
    if (signal.aborted) break
    const processes = stage.map((spec) => supervise(spec, listener, hurry))
    started.push(processes)
    scope.defer(async () => {
      await Promise.all(processes.map((one) => one.close()))
    })
    await Promise.race([Promise.all(processes.map((one) => one.started)), aborted(signal)])
  }
  return started
}
