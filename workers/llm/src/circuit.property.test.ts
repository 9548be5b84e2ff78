import { Failure, silentLog } from '@voicebox/kernel'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { type Circuit, type CircuitState, makeCircuit } from './circuit.ts'

const openMs = 30_000
const failuresToOpen = 5

type Outcome = 'answers' | 'fails' | 'refuses' | 'is given up'
type Event = { kind: 'attempt'; outcome: Outcome } | { kind: 'late failure' } | { kind: 'time'; ms: number }

const events: fc.Arbitrary<Event[]> = fc.array(
  fc.oneof(
    {
      weight: 6,
      arbitrary: fc.record({
        kind: fc.constant('attempt' as const),
        outcome: fc.constantFrom<Outcome>(
          'fails',
          'fails',
          'fails',
          'fails',
          'fails',
          'answers',
          'refuses',
          'is given up',
        ),
      }),
    },
    { weight: 1, arbitrary: fc.constant({ kind: 'late failure' as const }) },
    {
      weight: 2,
      arbitrary: fc.record({ kind: fc.constant('time' as const), ms: fc.constantFrom(1, 10_000, 29_999, 30_000) }),
    },
  ),
  { maxLength: 60, size: 'max' },
)

/** What a circuit must do, told by its definition. */
function makeModel(): { next(nowMs: number, event: Event): 'let through' | 'kept away' | null; isOpen(): boolean } {
  let failures = 0
  let triesAtMs: number | null = null // when an open circuit lets one try
  const fail = (nowMs: number): void => {
    failures += 1
    if (failures >= failuresToOpen && (triesAtMs === null || nowMs >= triesAtMs)) triesAtMs = nowMs + openMs
  }
  return {
    isOpen: () => triesAtMs !== null,
    next(nowMs, event) {
      if (event.kind === 'time') return null
      if (event.kind === 'late failure') {
        fail(nowMs)
        return null
      }
      if (triesAtMs !== null && nowMs < triesAtMs) return 'kept away'
      const isTrial = triesAtMs !== null
      if (event.outcome === 'fails') fail(nowMs)
      else if (isTrial && event.outcome === 'is given up') triesAtMs = nowMs + openMs
      else if (event.outcome === 'answers' || isTrial) {
        failures = 0
        triesAtMs = null
      }
      return 'let through'
    },
  }
}

describe('Property: circuit-breaker recovery, over any history of a provider', () => {
  beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] }))
  afterEach(() => void vi.useRealTimers())

  it('keeps requests away for as long as it must, and lets all through again as soon as the provider is well', async () => {
    const reached = new Set<string>()
    await fc.assert(
      fc.asyncProperty(events, async (history) => {
        let state: CircuitState | undefined
        const onState = (now: CircuitState): void => void (state = now)
        const circuit = makeCircuit({ name: 'first', log: silentLog, openMs, failuresToOpen, onState })
        const model = makeModel()
        let nowMs = 0
        const pass = (ms: number): void => {
          vi.advanceTimersByTime(ms)
          nowMs += ms
        }
        for (const event of history) {
          const wasOpen = model.isOpen()
          const expected = model.next(nowMs, event)
          if (event.kind === 'time') pass(event.ms)
          else if (event.kind === 'late failure') circuit.failed(failureOf('fails'))
          else expect(await attempt(circuit, event.outcome)).toBe(expected)
          expect(state === 0).toBe(!model.isOpen())
          if (event.kind !== 'attempt') continue
          const trial = wasOpen && expected === 'let through' ? ' as a trial' : ''
          reached.add(`${event.outcome}, ${expected}${trial}${model.isOpen() ? ', open' : ''}`)
        }
        pass(openMs)
        for (let turn = 0; turn < 3; turn++) expect(await attempt(circuit, 'answers')).toBe('let through')
        expect(state).toBe(0)
        await circuit.close()
      }),
      { numRuns: 300 },
    )
    expect([...reached].sort()).toEqual([
      'answers, kept away, open',
      'answers, let through',
      'answers, let through as a trial',
      'fails, kept away, open',
      'fails, let through',
      'fails, let through as a trial, open',
      'fails, let through, open',
      'is given up, kept away, open',
      'is given up, let through',
      'is given up, let through as a trial, open',
      'refuses, kept away, open',
      'refuses, let through',
      'refuses, let through as a trial',
    ])
  }, 60_000)
})

async function attempt(circuit: Circuit, outcome: Outcome): Promise<'let through' | 'kept away'> {
  try {
    await circuit.attempt(async () => {
      if (outcome !== 'answers') throw failureOf(outcome)
    })
    circuit.succeeded()
  } catch (error) {
    if (error instanceof Failure && error.code === 'circuit_open') return 'kept away'
  }
  return 'let through'
}

function failureOf(outcome: Exclude<Outcome, 'answers'>): Failure {
  if (outcome === 'refuses') return new Failure('engine', 'request_rejected', 'first answered HTTP 400')
  if (outcome === 'is given up') return new Failure('client', 'aborted', 'The request was aborted')
  return new Failure('engine', 'provider_failed', 'first answered HTTP 500')
}
