import { setImmediate as breath } from 'node:timers/promises'
import type { Session } from '../server/server.ts'
import { silence, toBase64 } from '../speech/pcm.ts'
import { recording } from '../speech/recording.ts'

/** Samples in a frame of 40 ms. */
const frame = 960

export const append = (samples: Int16Array): object => ({ type: 'input_audio_buffer.append', audio: toBase64(samples) })

/** Sends audio in frames, as fast as the connection takes it. */
async function push(session: Session, samples: Int16Array): Promise<void> {
  for (let at = 0; at < samples.length; at += frame) {
    session.send(append(samples.subarray(at, at + frame)))
    if (at % (frame * 10) === 0) await breath()
  }
}

/** Says "What time is it" and falls silent. */
export async function speak(session: Session, pauseMs?: number): Promise<void> {
  await push(session, await recording(pauseMs))
}

export const pushSilence = (session: Session, ms: number): Promise<void> => push(session, silence(ms))
