import { type VoiceWindow, heardRateHz, windowSamples } from './heard.ts'
import { concatSamples, msToSamples } from './pcm16.ts'
import type { Resampler, Resamplers } from './resampler.ts'
import { type Silero, type SileroMemory, makeSileroMemory, maxRows } from './silero.ts'
import type { HeardOfStream, VadCommand } from './vad-messages.ts'

/** Listens to many streams in rounds, so that a stream with much to say delays the others by one round only. */
export interface Hearing {
  take(command: Exclude<VadCommand, { kind: 'stop' }>): void
  readonly hasWork: boolean
  /** Moves every stream that has audio on by at most one window (or 100 ms where detection is off). Not to be overlapped. */
  listen(): Promise<HeardOfStream[]>
}

export function makeHearing({ silero, resamplers }: { silero: Silero; resamplers: Resamplers }): Hearing {
  const streams = new Map<number, Listener>()
  return {
    take(command) {
      switch (command.kind) {
        case 'open': {
          const rates = { fromHz: command.inputRateHz, toHz: heardRateHz }
          streams.set(command.stream, makeListener(resamplers.open(rates), msToSamples(sliceMs, command.inputRateHz)))
          return
        }
        case 'write':
          streams.get(command.stream)?.unread.push({ samples: command.samples, detect: command.detect })
          return
        case 'close':
          streams.get(command.stream)?.resampler.close()
          streams.delete(command.stream)
      }
    },
    get hasWork() {
      return streams.values().some((listener) => listener.unread.length > 0 || hasWindow(listener))
    },
    async listen() {
      const active = [...streams].filter(([, listener]) => listener.unread.length > 0 || hasWindow(listener))
      for (const [, listener] of active) read(listener)
      const ready = active.map(([, listener]) => listener).filter(hasWindow)
      for (let start = 0; start < ready.length; start += maxRows)
        await score(silero, ready.slice(start, start + maxRows))
      return active.map(([stream, listener]) => report(stream, listener)).filter(({ samples }) => samples.length > 0)
    },
  }
}

const sliceMs = 100

interface Listener {
  readonly resampler: Resampler
  readonly sliceSamples: number
  /** What was written and not resampled yet. */
  unread: { samples: Int16Array; detect: boolean }[]
  /** Resampled samples from the end of the last window on; the first `reported` of them were reported before. */
  tail: Int16Array
  reported: number
  /** Where `tail` begins, in samples of the 16 kHz stream. */
  tailSample: number
  memory: SileroMemory
  /** What `report` takes next. */
  heard: { pieces: Int16Array[]; windows: VoiceWindow[] }
}

const makeListener = (resampler: Resampler, sliceSamples: number): Listener => ({
  resampler,
  sliceSamples,
  unread: [],
  tail: new Int16Array(0),
  reported: 0,
  tailSample: 0,
  memory: makeSileroMemory(),
  heard: { pieces: [], windows: [] },
})

const hasWindow = (listener: Listener): boolean => listener.tail.length >= windowSamples

/** Resamples until a window is complete, one slice is done where detection is off, or nothing is unread. */
function read(listener: Listener): void {
  while (!hasWindow(listener)) {
    const next = listener.unread[0]
    if (next === undefined) return
    const slice = next.samples.subarray(0, listener.sliceSamples)
    if (slice.length === next.samples.length) listener.unread.shift()
    else next.samples = next.samples.subarray(slice.length)
    listener.tail = concatSamples([listener.tail, listener.resampler.process(slice)])
    if (!next.detect) {
      passOver(listener, listener.tail.length)
      listener.memory = makeSileroMemory() // it must not join what comes after the pause to what was before
      return
    }
  }
}

async function score(silero: Silero, listeners: readonly Listener[]): Promise<void> {
  const rows = listeners.map(({ tail, memory }) => ({ window: tail.subarray(0, windowSamples), memory }))
  const probabilities = await silero.score(rows)
  listeners.forEach((listener, i) => {
    passOver(listener, windowSamples)
    listener.heard.windows.push({ endSample: listener.tailSample, probability: probabilities[i] ?? 0 })
  })
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
