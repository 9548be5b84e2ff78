import type { GenerationRequest, LanguageEvent, LanguageModel } from '@voicebox/engines'
import { Failure, type Log, openScope, toFailure } from '@voicebox/kernel'
import type { Circuit, CircuitState } from './circuit.ts'
import { makeCircuits } from './circuits.ts'

/** An event of the answer, and the provider that gives it. */
export type PoolEvent = LanguageEvent & { provider: string }

/** A tenant's own keys, by the name of their provider. */
export type OwnKeys = ReadonlyMap<string, string>

export interface PoolRequest extends Omit<GenerationRequest, 'apiKey'> {
  /** Absent: each provider is asked with the installation's key. */
  ownKeys?: OwnKeys
}

export interface LanguagePool extends LanguageModel {
  generate(request: PoolRequest): AsyncIterable<PoolEvent>
}

/**
 * Answers by the first of its providers that can. One that fails before its first token is passed over for the next;
 * afterwards there is no going back, and its failure is thrown. Each provider is behind a circuit of its own, and behind another
 * for each key of a tenant's, so that a bad one keeps nobody else from it. The pool owns its providers.
 */
export function makePool(
  providers: readonly LanguageModel[],
  log: Log,
  onCircuit: (provider: string, state: CircuitState) => void = () => {},
): LanguagePool {
  const scope = openScope()
  const members = providers.map((model) => ({
    model: scope.use(model),
    circuits: scope.use(makeCircuits({ name: model.name, log, onState: (state) => onCircuit(model.name, state) })),
  }))
  return {
    name: providers.map((model) => model.name).join(', '),
    async *generate({ ownKeys, ...request }) {
      const failures: Failure[] = []
      for (const { model, circuits } of members) {
        if (request.signal.aborted) return
        const apiKey = ownKeys?.get(model.name)
        const member = { model, circuit: circuits.of(apiKey), ...(apiKey === undefined ? {} : { apiKey }) }
        const begun = await begin(member, request)
        if (!(begun instanceof Failure)) return yield* goOn(member, begun, request.signal)
        if (request.signal.aborted) return
        failures.push(begun)
        if (begun.code !== 'circuit_open') {
          log.warn({ provider: member.model.name, code: begun.code }, 'A provider has failed.')
        }
        if (!begun.retryable) throw begun
      }
      throw allFailed(failures)
    },
    close: () => scope.close(),
  }
}

interface Member {
  model: LanguageModel
  circuit: Circuit
  apiKey?: string
}

/** An answer whose first event has come. */
interface Begun {
  first: LanguageEvent
  rest: AsyncIterator<LanguageEvent>
}

async function begin({ model, circuit, ...own }: Member, request: GenerationRequest): Promise<Begun | Failure> {
  try {
    return await circuit.attempt(async () => {
      const events = model.generate({ ...request, ...own })[Symbol.asyncIterator]()
      const first = await events.next()
      if (first.done !== true) return { first: first.value, rest: events }
      if (request.signal.aborted) throw new Failure('client', 'aborted', 'The request was aborted')
      throw new Failure('engine', 'empty_stream', `${model.name} answered with nothing`)
    })
  } catch (error) {
    return toFailure(error)
  }
}

async function* goOn(
  { model, circuit }: Member,
  { first, rest }: Begun,
  signal: AbortSignal,
): AsyncGenerator<PoolEvent, void, undefined> {
  const provider = model.name
  try {
    if (signal.aborted) return
    yield { ...first, provider }
    for (let next = await rest.next(); next.done !== true; next = await rest.next()) yield { ...next.value, provider }
    if (!signal.aborted) circuit.succeeded()
  } catch (error) {
    circuit.failed(error)
    throw error
  } finally {
    await rest.return?.()
  }
}

function allFailed(failures: readonly Failure[]): Failure {
  const kind = failures.every((failure) => failure.kind === 'capacity') ? 'capacity' : 'engine'
  const reasons = failures.map((failure) => failure.message).join('; ')
  const retryable = !failures.every(({ code }) => isFinal(code))
  return new Failure(kind, 'all_providers_failed', `No language provider could answer: ${reasons}`, { retryable })
}

/** Asked again, the provider would say the same. */
function isFinal(code: string): boolean {
  return code === 'request_rejected' || code === 'provider_misconfigured'
}
