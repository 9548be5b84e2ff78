import { concatSamples } from '@voicebox/audio'
import { connect } from '../../../apps/voicebox/e2e/support/client.ts'
import { append, loadSpeech, silence } from '../../../apps/voicebox/e2e/support/speech.ts'
import { startStack } from '../../../apps/voicebox/e2e/support/stack.ts'
import type { Bench } from '../measure.ts'
import { type Cell, type Table, percentile } from '../table.ts'

const frameMs = 40
const turns = 20
const question = new URL('../../../fixtures/speech/what-time-is-it.wav', import.meta.url).pathname

/** How long a turn takes with pocketsphinx, echo and flite: one session at a time, audio in real time, default turn detection. */
export async function measureTurns({ say }: Bench): Promise<readonly Table[]> {
  say(`turns: ${turns} with pocketsphinx, echo and flite`)
  const stack = await startStack({
    env: { VOICEBOX_STT_ENGINE: 'pocketsphinx', VOICEBOX_TTS_ENGINE: 'flite', VOICEBOX_CLAIM_AFTER_MS: '5000' },
  })
  const rows: Record<string, number[]> = {
    'end of speech → speech_stopped': [],
    'speech_stopped → transcript': [],
    'transcript → first text': [],
    'first text → first audio': [],
    'end of speech → first audio': [],
  }
  try {
    const speech = await loadSpeech(question)
    const lastLoud = speech.findLastIndex((sample) => Math.abs(sample) > 500)
    for (let turn = 0; turn < turns; turn += 1) {
      const client = await connect(stack.ws())
      client.send({
        type: 'session.update',
        session: { type: 'realtime', audio: { input: { transcription: { model: 'whisper-1' } } } },
      })
      const at = new Map<string, number>()
      client.socket.on('message', (data: Buffer) => {
        const { type } = JSON.parse(data.toString()) as { type: string }
        if (!at.has(type)) at.set(type, performance.now())
      })
      const audio = concatSamples([silence(300), speech, silence(3_000)])
      const endSample = 300 * 24 + lastLoud
      const startedAt = performance.now()
      let endAt = 0
      for (let sent = 0; sent < audio.length && !at.has('response.output_audio.delta'); sent += frameMs * 24) {
        client.send(append(audio.subarray(sent, sent + frameMs * 24)))
        if (endAt === 0 && sent + frameMs * 24 > endSample) endAt = performance.now()
        const dueMs = startedAt + (sent / 24 + frameMs) - performance.now()
        if (dueMs > 0) await new Promise((resolve) => setTimeout(resolve, dueMs))
      }
      await client.next('response.done')
      const time = (type: string): number => at.get(type) ?? Number.NaN
      const stopped = time('input_audio_buffer.speech_stopped')
      const heard = time('conversation.item.input_audio_transcription.completed')
      const text = time('response.output_audio_transcript.delta')
      const spoken = time('response.output_audio.delta')
      const steps = [stopped - endAt, heard - stopped, text - heard, spoken - text, spoken - endAt]
      Object.keys(rows).forEach((name, step) => rows[name]?.push(steps[step] ?? Number.NaN))
      await client.close()
    }
  } finally {
    await stack.close()
  }
  return [
    {
      title: `A turn with the embedded engines (${turns} turns, pocketsphinx · echo · flite)`,
      columns: ['from → to', 'p50, ms', 'most, ms'],
      rows: Object.entries(rows).map(([name, times]): Cell[] => [name, percentile(times, 0.5), percentile(times, 1)]),
    },
  ]
}
