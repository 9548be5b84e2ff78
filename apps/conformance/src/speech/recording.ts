import { readFile } from 'node:fs/promises'
import { silence } from './pcm.ts'

const file = new URL('../../speech/what-time-is-it.wav', import.meta.url)
const headerBytes = 44

/** "What time is it", in pcm16 at 24 kHz, with silence enough after it to end a turn. */
export async function recording(pauseMs = 1_500): Promise<Int16Array> {
  const speech = faster(samplesOf(await readFile(file)))
  const whole = new Int16Array(speech.length + silence(pauseMs).length)
  whole.set(speech)
  return whole
}

function samplesOf(wav: Buffer): Int16Array {
  const body = wav.subarray(headerBytes)
  return Int16Array.from({ length: Math.floor(body.length / 2) }, (_, index) => body.readInt16LE(index * 2))
}

/** From 16 to 24 kHz, each sample between its neighbours: good enough for a server's ears. */
function faster(samples: Int16Array): Int16Array {
  return Int16Array.from({ length: Math.floor(samples.length * 1.5) }, (_, index) => {
    const at = index / 1.5
    const left = samples[Math.floor(at)] ?? 0
    const right = samples[Math.floor(at) + 1] ?? left
    return left + (right - left) * (at % 1)
  })
}
