import { expect, it } from 'vitest'
import { lengthMs, silence, toBase64 } from './pcm.ts'
import { recording } from './recording.ts'

it('The recording is a second of speech at 24 kHz, and then silent', async () => {
  const samples = await recording(500)
  expect(samples.length / 24).toBeCloseTo(1_125 + 500, -1.5)
  expect(samples.subarray(-silence(500).length).every((sample) => sample === 0)).toBe(true)
  const loudest = samples.reduce((most, sample) => Math.max(most, Math.abs(sample)), 0)
  expect(loudest).toBeGreaterThan(3_000)
})

it('The recording has the pitch of the speech: as many sign changes a second as the original', async () => {
  const samples = await recording(0)
  const changes = samples.filter((sample, at) => sample >= 0 !== (samples[at - 1] ?? 0) >= 0).length
  expect(changes / (samples.length / 24_000)).toBeLessThan(5_000)
})

it('Base64 of audio says how long it lasts', () => {
  expect(lengthMs(toBase64(silence(120)))).toBe(120)
})
