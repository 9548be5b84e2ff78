import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { windowSamples } from './heard.ts'
import { concatSamples } from './pcm16.ts'
import { makeSilenceGate } from './silence-gate.ts'
import { makeSileroMemory, openSilero } from './silero.ts'
import { cut, mix, rmsOf, whiteNoise } from './testing/signals.ts'
import { espeak, flite, recording } from './testing/speech.ts'

const noise = (windows: number, rms: number): Int16Array[] =>
  cut(whiteNoise(windows * windowSamples, rms), [windowSamples])

describe('The silence gate', () => {
  it('holds what sounds as the silence before it, once the model was sure of that for half a second', () => {
    const gate = makeSilenceGate()
    const held = noise(40, 30).map((window) => {
      const isHeld = gate.holds(window)
      if (!isHeld) gate.judged(0.02)
      return isHeld
    })
    expect(held.indexOf(true)).toBe(16)
    expect(held.slice(16).every(Boolean)).toBe(true)
    expect(gate.probability).toBe(0.02)
  })

  it('lets through what is louder, and gives the model the four windows before it', () => {
    const gate = makeSilenceGate()
    const quiet = noise(30, 30)
    for (const window of quiet) if (!gate.holds(window)) gate.judged(0)
    expect(gate.holds(noise(1, 60)[0] ?? new Int16Array())).toBe(false)
    expect(gate.takeHeld()).toEqual(quiet.slice(-4))
    expect(gate.takeHeld()).toEqual([])
  })

  it('holds nothing after speech until the model is sure again', () => {
    const gate = makeSilenceGate()
    for (const window of noise(30, 30)) if (!gate.holds(window)) gate.judged(0)
    for (const window of noise(2, 3_000)) if (!gate.holds(window)) gate.judged(0.9)
    expect(noise(16, 30).some((window) => gate.holds(window))).toBe(false)
  })

  it('holds the noise of a room again after a microphone that gave zeros for a while', () => {
    const gate = makeSilenceGate()
    const windows = [...cut(new Int16Array(60 * windowSamples), [windowSamples]), ...noise(400, 60)]
    const held = windows.map((window) => {
      const isHeld = gate.holds(window)
      if (!isHeld) gate.judged(0.01)
      return isHeld
    })
    expect(held[60]).toBe(false)
    expect(held.at(-1)).toBe(true)
  })

  it.each([
    ['flite slt', () => flite('slt', 'I would like to book an appointment'), 1],
    ['flite kal16, very quietly', () => flite('kal16', 'Hello, can you help me with my order?'), 0.05],
    ['espeak-ng', () => espeak('Please cancel the alarm in my kitchen'), 1],
    ['a recording', () => recording('what-time-is-it'), 1],
    ['a recording, quietly', () => recording('goodbye-mary'), 0.1],
  ])('finds the speech of %s in noise where the model finds it that hears everything', async (_, speak, loudness) => {
    const speech = (await speak()).map((sample) => Math.round(sample * loudness))
    const padded = concatSamples([new Int16Array(48_000), speech, new Int16Array(16_000)])
    for (const share of [0.003, 0.1, 0.3]) {
      const samples = mix(padded, whiteNoise(padded.length, rmsOf(speech) * share))
      const windows = cut(samples, [windowSamples]).filter(({ length }) => length === windowSamples)
      const [all, spared] = [await probabilitiesOf(windows, false), await probabilitiesOf(windows, true)]
      const begins = (said: Said[]): number => said.findIndex(({ probability }) => probability >= 0.5)
      const ends = (said: Said[]): number => said.findLastIndex(({ probability }) => probability >= 0.35)
      expect(begins(all)).toBeGreaterThan(0)
      expect(Math.abs(begins(spared) - begins(all))).toBeLessThanOrEqual(2)
      expect(Math.abs(ends(spared) - ends(all))).toBeLessThanOrEqual(2)
      expect(spared.filter(({ isHeld }) => isHeld).length).toBeGreaterThan(50)
    }
  })
})

interface Said {
  probability: number
  isHeld: boolean
}

async function probabilitiesOf(windows: readonly Int16Array[], isSpared: boolean): Promise<Said[]> {
  const silero = await openSilero(fileURLToPath(new URL('../models/silero_vad_v5.onnx', import.meta.url)))
  const memory = makeSileroMemory()
  const gate = makeSilenceGate()
  const said: Said[] = []
  for (const window of windows) {
    const isHeld = isSpared && gate.holds(window)
    if (!isHeld) {
      for (const missed of gate.takeHeld()) await silero.score([{ window: missed, memory }])
      gate.judged((await silero.score([{ window, memory }]))[0] ?? 0)
    }
    said.push({ probability: gate.probability, isHeld })
  }
  await silero.close()
  return said
}
