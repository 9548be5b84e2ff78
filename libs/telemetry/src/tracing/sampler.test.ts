import { newTraceId } from '@voicebox/kernel'
import { describe, expect, it } from 'vitest'
import { makeSampler } from './sampler.ts'

describe('A sampler', () => {
  it('takes all, none, or about the part that is asked for, and of a trace always the same', () => {
    const ids = Array.from({ length: 4_000 }, newTraceId)
    const taken = (tracesSampler: Parameters<typeof makeSampler>[0]['tracesSampler'], tracesSamplerArg = 1): number =>
      ids.filter(makeSampler({ tracesSampler, tracesSamplerArg })).length
    expect(taken('parentbased_always_on')).toBe(4_000)
    expect(taken('always_off')).toBe(0)
    expect(taken('traceidratio', 1)).toBe(4_000)
    expect(taken('traceidratio', 0)).toBe(0)
    expect(taken('parentbased_traceidratio', 0.25)).toBe(taken('traceidratio', 0.25))
    expect(Math.abs(taken('traceidratio', 0.25) - 1_000)).toBeLessThan(300)
  })
})
