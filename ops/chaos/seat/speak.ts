import { sleep } from '@voicebox/kernel'
import type { TurnOf } from '../plan/conversations.ts'
import { type Scene, transcriptionEnds } from './scene.ts'

/** Says a recording, and hears the answer to its end or until it is time to interrupt it. */
export async function speak(
  { line, microphone, recordings, record }: Scene,
  { recording, interruptedAfterMs }: TurnOf<'speak'>,
): Promise<void> {
  if (microphone === null) return
  record.speech = microphone.say(recordings.get(recording) ?? new Int16Array(0))
  await microphone.said()
  const { item_id: heard } = await line.next('input_audio_buffer.speech_started')
  await line.next('input_audio_buffer.committed', ({ item_id }) => item_id === heard)
  await line.next(transcriptionEnds, ({ item_id }) => item_id === heard)
  const { response } = await line.next('response.created')
  if (interruptedAfterMs === null) await line.next('response.done', (event) => event.response.id === response.id)
  else await sleep(interruptedAfterMs)
}
