import { describe, expect, it } from 'vitest'
import { type Fault, faultKinds } from './faults.ts'
import { makePlan } from './plan.ts'

const options = { seed: 1, seconds: 600, sessions: 12, kinds: faultKinds }
const plans = Array.from({ length: 20 }, (_, seed) => makePlan({ ...options, seed }))

function overlap(one: Fault, other: Fault): boolean {
  return one !== other && one.atMs < other.atMs + other.lastsMs && other.atMs < one.atMs + one.lastsMs
}

function areOneKind(one: Fault, other: Fault): boolean {
  const kinds = ['gateway', 'stt', 'llm', 'tts']
  return kinds.some((kind) => one.target.startsWith(kind) && other.target.startsWith(kind))
}

describe('A plan', () => {
  it('is the same for the same seed, and another for another', () => {
    expect(makePlan(options)).toEqual(makePlan(options))
    expect(makePlan({ ...options, seed: 2 }).faults).not.toEqual(makePlan(options).faults)
    expect(makePlan({ ...options, seed: 2 }).seats).not.toEqual(makePlan(options).seats)
  })

  it('leaves the conversations as they are when other faults are asked for', () => {
    expect(makePlan({ ...options, kinds: ['cut'] }).seats).toEqual(makePlan(options).seats)
  })

  it('has every kind of fault and of turn in ten minutes or in twenty, and only those that were asked for', () => {
    for (const [at, { faults, seats }] of plans.entries()) {
      const both = [...faults, ...(plans[at - 1]?.faults ?? faults)]
      if (at > 0) expect(new Set(both.map(({ kind }) => kind))).toEqual(new Set(faultKinds))
      const turns = seats.flatMap(({ conversations }) => conversations.flatMap((conversation) => conversation.turns))
      expect(new Set(turns.map(({ turn }) => turn.kind)).size).toBe(9)
    }
    expect(new Set(makePlan({ ...options, kinds: ['cut', 'pubsub'] }).faults.map(({ kind }) => kind)).size).toBe(2)
    expect(makePlan({ ...options, kinds: [] }).faults).toEqual([])
  })

  it('hurts no member twice at a time, and all of a kind only for a moment', () => {
    for (const { faults } of plans) {
      for (const [at, fault] of faults.entries()) {
        expect(fault.atMs).toBeGreaterThanOrEqual(faults[at - 1]?.atMs ?? 0)
        for (const other of faults.filter((one) => overlap(one, fault))) {
          expect(other.target).not.toBe(fault.target)
          if (areOneKind(fault, other)) expect(Math.max(fault.lastsMs, other.lastsMs)).toBeLessThanOrEqual(2_000)
        }
      }
    }
  })

  it('leaves the gateways alone while Redis has lost data', () => {
    for (const { faults } of plans) {
      const gateways = faults.filter(({ kind, target }) => target.startsWith('gateway') || kind === 'cut')
      for (const loss of faults.filter(({ kind }) => kind === 'redis-loss'))
        expect(gateways.filter((hurt) => overlap({ ...loss, lastsMs: loss.lastsMs + 2_000 }, hurt))).toEqual([])
    }
  })

  it('lets nothing be away for as long as a session may be resumed', () => {
    for (const { target, lastsMs } of plans.flatMap(({ faults }) => faults)) {
      expect(lastsMs).toBeLessThan(target.startsWith('gateway') ? 13_000 : target === 'redis' ? 4_000 : 20_001)
    }
  })
})
