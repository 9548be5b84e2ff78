import { expect, it } from 'vitest'
import { makeQuietAudio } from './quiet-audio.ts'

const manner = { inputRateHz: 24_000, detect: true, suppression: 0 } as const
const frame = (sample: number): Int16Array => new Int16Array(960).fill(sample)

function listen() {
  const heard: number[][] = []
  const quiet = makeQuietAudio((samples, { suppression }) =>
    heard.push([samples.length, samples[0] ?? NaN, suppression]),
  )
  return { heard, quiet }
}

it('quiet audio is kept, and handed on as one piece', () => {
  const { heard, quiet } = listen()
  const piece = frame(200)
  expect(quiet.hold(piece, manner)).toBe(true)
  piece.fill(7) // the caller may use it again
  expect(quiet.hold(frame(-256), manner)).toBe(true)
  expect(heard).toEqual([])
  quiet.release()
  quiet.release()
  expect(heard).toEqual([[1_920, 200, 0]])
})

it('loud audio is not kept, nor what is to be heard in another way', () => {
  const { quiet } = listen()
  expect(quiet.hold(frame(300), manner)).toBe(false)
  expect(quiet.hold(frame(-300), manner)).toBe(false)
  expect(quiet.hold(frame(0), manner)).toBe(true)
  expect(quiet.hold(frame(0), { ...manner, suppression: 1 })).toBe(false)
  quiet.release()
  expect(quiet.hold(frame(0), { ...manner, suppression: 1 })).toBe(true)
})

it('no more is kept than a bound', () => {
  const { heard, quiet } = listen()
  let held = 0
  while (quiet.hold(frame(0), manner)) held += 1
  expect(held).toBe(64)
  quiet.release()
  expect(heard).toEqual([[64 * 960, 0, 0]])
})
