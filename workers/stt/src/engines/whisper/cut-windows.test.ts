import { describe, expect, it } from 'vitest'
import { cutWindows } from './cut-windows.ts'

const second = 16_000
const longest = 6 * second

/** Seconds of sound (positive) and of silence (negative), one after the other. */
function audio(...parts: number[]): Int16Array {
  const samples = new Int16Array(parts.reduce((total, part) => total + Math.abs(part), 0) * second)
  let offset = 0
  for (const part of parts) {
    const length = Math.round(Math.abs(part) * second)
    if (part > 0) samples.fill(1_000, offset, offset + length)
    offset += length
  }
  return samples
}

const secondsOf = (windows: readonly Int16Array[]): number[] => windows.map(({ length }) => length / second)
const soundOf = (windows: readonly Int16Array[]): number =>
  windows.reduce((total, window) => total + window.filter((sample) => sample !== 0).length, 0) / second

describe('windows', () => {
  it('are the utterance itself when it is short enough', () => {
    expect(cutWindows(audio(6), longest)).toEqual([audio(6)])
    expect(cutWindows(audio(0.05), longest)).toEqual([audio(0.05)])
  })

  it('are none for silence, and for nothing', () => {
    expect(cutWindows(audio(-20), longest)).toEqual([])
    expect(cutWindows(audio(-20).fill(8), longest)).toEqual([])
    expect(cutWindows(new Int16Array(0), longest)).toEqual([])
  })

  it('end in the pauses of speech', () => {
    const windows = cutWindows(audio(4, -0.2, 3, -0.2, 2, -0.2, 5), longest)
    expect(secondsOf(windows).map(Math.round)).toEqual([4, 5, 5])
    expect(soundOf(windows)).toBeCloseTo(14)
  })

  it('end at the quietest place where there is no pause', () => {
    const samples = audio(10)
    samples.fill(300, 5 * second, 5.2 * second)
    const windows = cutWindows(samples, longest)
    expect(windows[0]?.length).toBeGreaterThan(5 * second)
    expect(windows[0]?.length).toBeLessThan(5.2 * second)
    expect(soundOf(windows)).toBe(10)
  })

  it('lose nothing and are never too long in an unbroken sound', () => {
    const windows = cutWindows(audio(31.01), longest)
    expect(soundOf(windows)).toBeCloseTo(31.01)
    expect(Math.max(...secondsOf(windows))).toBeLessThanOrEqual(6)
  })

  it('leave out long silence, but for a margin', () => {
    const windows = cutWindows(audio(-15, 2, -20, 1, -9), longest)
    expect(secondsOf(windows)).toEqual([2.6, 1.6])
    expect(soundOf(windows)).toBe(3)
  })
})
