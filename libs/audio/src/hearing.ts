import type { Denoisers } from './denoiser.ts'
import { type InputRateHz, type VoiceWindow, heardRateHz, windowSamples } from './heard.ts'
import { type NoiseReducer, makeNoiseReducer } from './noise-reducer.ts'
import { concatSamples, msToSamples } from './pcm16.ts'
import type { Resampler, Resamplers } from './resampler.ts'
import { type SilenceGate, makeSilenceGate } from './silence-gate.ts'
import { type Silero, type SileroMemory, makeSileroMemory, maxRows } from './silero.ts'
import type { HearingManner, HeardOfStream, VadCommand } from './vad-messages.ts'

/** Listens to many streams in rounds, so that a stream with much to say delays the others by one round only. */
export interface Hearing {
  take(command: Exclude<VadCommand, { kind: 'stop' }>): void
  readonly hasWork: boolean
  /** Moves every stream that has audio on by at most one window that is judged (or 100 ms where detection is off). Not to be overlapped. */
  listen(): Promise<HeardOfStream[]>
}

export interface HearingOptions {
  silero: Silero
  resamplers: Resamplers
  denoisers: Denoisers
}

export function makeHearing({ silero, resamplers, denoisers }: HearingOptions): Hearing {
  const streams = new Map<number, Listener>()
  return {
    take(command) {
      switch (command.kind) {
        case 'open':
          streams.set(command.stream, makeListener(makeNoiseReducer(denoisers)))
          return
        case 'write':
          streams.get(command.stream)?.unread.push(command)
          return
        case 'close': {
          const listener = streams.get(command.stream)
          listener?.input?.resampler.close()
          listener?.noiseReducer.close()
          streams.delete(command.stream)
        }
      }
    },
    get hasWork() {
      return streams.values().some((listener) => listener.unread.length > 0 || hasWindow(listener))
    },
    async listen() {
      const active = [...streams].filter(([, listener]) => listener.unread.length > 0 || hasWindow(listener))
      const ready = active.map(([, listener]) => listener).filter((listener) => mustJudge(listener, resamplers))
      for (let start = 0; start < ready.length; start += maxRows)
        await score(silero, ready.slice(start, start + maxRows))
      return active.map(([stream, listener]) => report(stream, listener)).filter(({ samples }) => samples.length > 0)
    },
  }
}

const sliceMs = 100
/** Windows of silence that a stream may pass over in one round. */
const mostPassed = 16

interface Listener {
  /** For the rate of what was read last. */
  input: { rateHz: InputRateHz; resampler: Resampler } | null
  readonly noiseReducer: NoiseReducer
  /** What was written and not resampled yet. */
  unread: (HearingManner & { samples: Int16Array })[]
  /** Resampled samples from the end of the last window on; the first `reported` of them were reported before. */
  tail: Int16Array
  reported: number
  /** Where `tail` begins, in samples of the 16 kHz stream. */
  tailSample: number
  memory: SileroMemory
  gate: SilenceGate
  /** Windows before `tail` that were passed over, and that the model hears before it judges the next. */
  unjudged: Int16Array[]
  /** What `report` takes next. */
  heard: { pieces: Int16Array[]; windows: VoiceWindow[] }
}

const makeListener = (noiseReducer: NoiseReducer): Listener => ({
  input: null,
  noiseReducer,
  unread: [],
  tail: new Int16Array(0),
  reported: 0,
  tailSample: 0,
  memory: makeSileroMemory(),
  gate: makeSilenceGate(),
  unjudged: [],
  heard: { pieces: [], windows: [] },
})

const hasWindow = (listener: Listener): boolean => listener.tail.length >= windowSamples

/**
 * Reads up to the first window that must be judged, if there is one; those that are as the silence before them are passed
 * over, as many as in half a second.
 */
function mustJudge(listener: Listener, resamplers: Resamplers): boolean {
  if (listener.unjudged.length > 0) return true
  for (let passed = 0; passed < mostPassed; passed += 1) {
    read(listener, resamplers)
    if (!hasWindow(listener)) return false
    if (!listener.gate.holds(listener.tail.subarray(0, windowSamples))) {
      listener.unjudged = listener.gate.takeHeld()
      return true
    }
    passWindow(listener)
  }
  return false
}

/** Resamples until a window is complete, one slice is done where detection is off, or nothing is unread. */
function read(listener: Listener, resamplers: Resamplers): void {
  while (!hasWindow(listener)) {
    const next = listener.unread[0]
    if (next === undefined) return
    const slice = next.samples.subarray(0, msToSamples(sliceMs, next.inputRateHz))
    if (slice.length === next.samples.length) listener.unread.shift()
    else next.samples = next.samples.subarray(slice.length)
    const resampled = resamplerFor(listener, next.inputRateHz, resamplers).process(slice)
    listener.tail = concatSamples([listener.tail, listener.noiseReducer.process(resampled, next.suppression)])
    if (!next.detect) {
      passOver(listener, listener.tail.length)
      listener.memory = makeSileroMemory() // it must not join what comes after the pause to what was before
      listener.gate = makeSilenceGate()
      return
    }
  }
}

/** At a change of the rate the old resampler's delay (1.5 to 3 ms of sound) is dropped; the count of samples goes on. */
function resamplerFor(listener: Listener, rateHz: InputRateHz, resamplers: Resamplers): Resampler {
  if (listener.input?.rateHz !== rateHz) {
    listener.input?.resampler.close()
    listener.input = { rateHz, resampler: resamplers.open({ fromHz: rateHz, toHz: heardRateHz }) }
  }
  return listener.input.resampler
}

async function score(silero: Silero, listeners: readonly Listener[]): Promise<void> {
  const rows = listeners.map(({ unjudged, tail, memory }) => ({
    window: unjudged[0] ?? tail.subarray(0, windowSamples),
    memory,
  }))
  const probabilities = await silero.score(rows)
  listeners.forEach((listener, i) => {
    if (listener.unjudged.shift() !== undefined) return
    listener.gate.judged(probabilities[i] ?? 0)
    passWindow(listener)
  })
}

function passWindow(listener: Listener): void {
  passOver(listener, windowSamples)
  listener.heard.windows.push({ endSample: listener.tailSample, probability: listener.gate.probability })
}

/** Moves the tail's beginning on; what is passed over counts as heard. */
function passOver(listener: Listener, sampleCount: number): void {
  listener.heard.pieces.push(listener.tail.subarray(listener.reported, sampleCount))
  listener.tail = listener.tail.subarray(sampleCount)
  listener.tailSample += sampleCount
  listener.reported = 0
}

/** Takes what was heard since the last report. Samples of a complete window wait for its probability; others do not wait. */
function report(stream: number, listener: Listener): HeardOfStream {
  if (!hasWindow(listener)) {
    listener.heard.pieces.push(listener.tail.subarray(listener.reported))
    listener.reported = listener.tail.length
  }
  const { pieces, windows } = listener.heard
  listener.heard = { pieces: [], windows: [] }
  return { stream, samples: concatSamples(pieces), windows }
}
