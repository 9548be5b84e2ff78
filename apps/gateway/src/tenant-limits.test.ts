import { expect, it } from 'vitest'
import { limitsFrom } from './tenant-limits.ts'

const all = {
  requestsPerMinute: 10,
  tokensPerMinute: 1_000,
  windowMs: 60_000,
  sessions: 5,
  sessionMaxS: null,
  audioMinutesPerDay: null,
}

it('A tenant has what all have, save for what is set for it', () => {
  const limitsOf = limitsFrom({
    ...all,
    tenants: { special: { sessions: null, sessionMaxS: 60, audioMinutesPerDay: 2 } },
  })
  const usual = { requests: 10, tokens: 1_000, windowMs: 60_000, sessions: 5, sessionMaxS: null, audioMsPerDay: null }
  expect(limitsOf('anybody')).toEqual(usual)
  expect(limitsOf('special')).toEqual({ ...usual, sessions: null, sessionMaxS: 60, audioMsPerDay: 120_000 })
  expect(limitsOf('toString')).toEqual(usual)
})
