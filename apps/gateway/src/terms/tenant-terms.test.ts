import { emptyProfile } from '@voicebox/tenancy'
import { expect, it } from 'vitest'
import { firstVoice, termsFrom } from './tenant-terms.ts'

const all = {
  requestsPerMinute: 10,
  tokensPerMinute: 1_000,
  windowMs: 60_000,
  sessions: 5,
  sessionMaxS: null,
  audioMinutesPerDay: null,
}
const usual = {
  requests: 10,
  tokens: 1_000,
  windowMs: 60_000,
  sessions: 5,
  sessionMaxS: null,
  audioMsPerDay: null,
  models: null,
  voices: null,
  tools: null,
  instructions: '',
  voice: null,
}

it('A tenant has what all have, save for what is set for it', () => {
  expect(termsFrom(all, emptyProfile)).toEqual(usual)
  const quotas = { sessions: null, sessionMaxS: 60, audioMinutesPerDay: 2, models: ['gpt-realtime'] }
  const settings = { ...emptyProfile.settings, instructions: 'Be brief.', voice: 'coral' }
  expect(termsFrom(all, { quotas, settings })).toEqual({
    ...usual,
    sessions: null,
    sessionMaxS: 60,
    audioMsPerDay: 120_000,
    models: ['gpt-realtime'],
    instructions: 'Be brief.',
    voice: 'coral',
  })
})

it('A session begins with a voice that its tenant may use', () => {
  expect(firstVoice(usual, 'alloy')).toBe('alloy')
  expect(firstVoice({ ...usual, voice: 'coral' }, 'alloy')).toBe('coral')
  expect(firstVoice({ ...usual, voices: ['sage', 'alloy'] }, 'alloy')).toBe('alloy')
  expect(firstVoice({ ...usual, voices: ['sage', 'alloy'], voice: 'coral' }, 'alloy')).toBe('sage')
})
