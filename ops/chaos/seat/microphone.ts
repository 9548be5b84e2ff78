import { bytesOf } from '@voicebox/audio'
import type { Line } from './line.ts'

/** Sends audio in real time: silence, but for what it is given to say. */
export interface Microphone {
  /** Says a recording behind what is still to be said; answers where it lies in all audio of the session. */
  say(samples: Int16Array): { startMs: number; endMs: number }
  /** Resolves once everything was said. */
  said(): Promise<void>
  close(): void
}

const samplesPerMs = 24

export function openMicrophone(line: Pick<Line, 'send'>, frameMs: number): Microphone {
  const frameSamples = frameMs * samplesPerMs
  const startedMs = performance.now()
  let toSay: Int16Array[] = []
  let sent = 0
  let waiting: (() => void)[] = []
  const timer = setInterval(sendWhatIsDue, frameMs)

  /** After a pause of this process all that was missed is sent at once, as a sound card does. */
  function sendWhatIsDue(): void {
    const dueSamples = (performance.now() - startedMs) * samplesPerMs
    while (sent + frameSamples <= dueSamples) {
      const samples = take(frameSamples)
      const audio = Buffer.from(bytesOf(samples)).toString('base64')
      line.send({ type: 'input_audio_buffer.append', audio }, samples.length)
      sent += frameSamples
    }
    if (toSay.length > 0) return
    for (const done of waiting) done()
    waiting = []
  }

  function take(length: number): Int16Array {
    const frame = new Int16Array(length)
    let filled = 0
    for (let [next] = toSay; next !== undefined && filled < length; [next] = toSay) {
      const part = next.subarray(0, length - filled)
      frame.set(part, filled)
      filled += part.length
      if (part.length < next.length) toSay[0] = next.subarray(part.length)
      else toSay = toSay.slice(1)
    }
    return frame
  }

  return {
    say(samples) {
      const start = sent + toSay.reduce((sum, { length }) => sum + length, 0)
      toSay.push(samples)
      return { startMs: start / samplesPerMs, endMs: (start + samples.length) / samplesPerMs }
    },
    said: () => (toSay.length === 0 ? Promise.resolve() : new Promise((resolve) => waiting.push(resolve))),
    close: () => clearInterval(timer),
  }
}
