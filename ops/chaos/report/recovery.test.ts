import { expect, it } from 'vitest'
import { makeSimulation } from '../checks/simulation.testing.ts'
import type { FaultKind } from '../plan/faults.ts'
import type { Strike } from '../strike.ts'
import type { Transcript } from '../transcript.ts'
import { recoveriesOf } from './recovery.ts'

const strike = (kind: FaultKind, startedAtMs: number, endedAtMs: number): Strike => {
  return { fault: { kind, target: 'x', atMs: startedAtMs, lastsMs: 1 }, startedAtMs, endedAtMs }
}

/** A session with one response, whose events came at these times. */
function answered(atMs: readonly number[]): Transcript {
  const { answer, end } = makeSimulation('written')
  answer({ words: 'Yes.', modality: 'text', call: null })
  const transcript = end()
  const received = transcript.received.map((entry, at) => ({ ...entry, atMs: atMs[at] ?? atMs.at(-1) ?? 0 }))
  return { ...transcript, received }
}

/** The times of those recoveries whose name begins so. */
function times(
  strikes: readonly Strike[],
  transcripts: readonly Transcript[],
  name: string,
): [number | null, number | null] {
  const found = recoveriesOf(strikes, transcripts).find(({ what }) => what.startsWith(name))
  return [found?.p50Ms ?? null, found?.maxMs ?? null]
}

it('After the death of a worker the next event of each response under way counts', () => {
  const transcripts = [answered([10, 20, 500]), answered([10, 20, 120, 130]), answered([200, 300])]
  expect(times([strike('kill-worker', 100, 900)], transcripts, 'death of a worker')).toEqual([400, 400])
  expect(times([strike('kill-worker', 400, 900)], transcripts, 'death of a worker')).toEqual([100, 100])
  expect(times([strike('roll-worker', 100, 900)], transcripts, 'death of a worker')).toEqual([null, null])
})

it('After the death of a gateway the sessions count whose connection went just then', () => {
  const transcript = answered([1])
  const change = { url: '', code: null, reason: '' }
  transcript.connections = [
    { ...change, kind: 'lost', atMs: 50 },
    { ...change, kind: 'resumed', atMs: 60 },
    { ...change, kind: 'lost', atMs: 110 },
    { ...change, kind: 'refused', atMs: 200 },
    { ...change, kind: 'resumed', atMs: 410 },
  ]
  expect(times([strike('kill-gateway', 100, 900)], [transcript], 'death of a gateway')).toEqual([300, 300])
  expect(times([strike('roll-gateway', 100, 900)], [transcript], 'gateway leaves')).toEqual([300, 300])
  expect(times([strike('kill-gateway', -9_000, 900)], [transcript], 'death of a gateway')).toEqual([null, null])
  expect(times([], [transcript], 'any connection')).toEqual([300, 300])
})

it('After an outage of Redis the first response that anybody gets counts, from its return on', () => {
  const transcripts = [answered([1_500]), answered([1_200]), answered([900])]
  expect(times([strike('redis-kill', 500, 1_000)], transcripts, 'Redis answers')).toEqual([200, 200])
})
