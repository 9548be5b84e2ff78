import { samplesOf } from '@voicebox/audio'
import type { ClientEvent } from '@voicebox/protocol'
import { expect, it } from 'vitest'
import { openMicrophone } from './microphone.ts'

it('What is said lies in all audio where the microphone says, one after the other, with silence round it', async () => {
  const sent: number[] = []
  const send = (event: ClientEvent): void => {
    if (event.type === 'input_audio_buffer.append') sent.push(...samplesOf(Buffer.from(event.audio, 'base64')))
  }
  const microphone = openMicrophone({ send }, 40)
  const places = [microphone.say(new Int16Array(1_000).fill(1)), microphone.say(new Int16Array(100).fill(2))]
  await microphone.said()
  const later = microphone.say(new Int16Array(2_400).fill(3))
  await microphone.said()
  microphone.close()
  const wanted = new Array<number>(sent.length).fill(0)
  for (const [at, { startMs, endMs }] of [...places, later].entries()) wanted.fill(at + 1, startMs * 24, endMs * 24)
  expect(sent).toEqual(wanted)
  expect(sent.length % 960).toBe(0)
})
