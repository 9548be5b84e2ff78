import { startStack, apiKey } from '../../apps/voicebox/e2e/support/stack.ts'
import { connect } from '../../apps/voicebox/e2e/support/client.ts'
import { append, loadSpeech } from '../../apps/voicebox/e2e/support/speech.ts'
const stack = await startStack({
  onLine: () => {},
  env: {
    VOICEBOX_STUB: JSON.stringify({
      transcript: 'what time is it',
      sttMs: 50,
      ttsFirstByteMs: 50,
      ttsRealtimeFactor: 0.1,
    }),
    VOICEBOX_LLM_PROVIDERS: JSON.stringify([
      { type: 'stub', name: 'stub', firstTokenMs: 50, tokensPerSecond: 1000, reply: 'It is twenty past nine.' },
    ]),
    VOICEBOX_RATE_LIMITS: JSON.stringify({ requestsPerMinute: null, tokensPerMinute: null }),
    VOICEBOX_CLAIM_AFTER_MS: '10000',
  },
})
const client = await connect(stack.ws())
client.send({
  type: 'session.update',
  session: { type: 'realtime', include: [], audio: { input: { turn_detection: null } } },
})
await client.next('session.updated')
const speech = await loadSpeech(new URL('../../fixtures/speech/what-time-is-it.wav', import.meta.url).pathname)
for (let i = 0; i < 6; i++) {
  for (let at = 0; at < speech.length; at += 960) {
    client.send(append(speech.subarray(at, at + 960)))
    await new Promise((r) => setTimeout(r, 40))
  }
  const t = performance.now()
  client.send({ type: 'input_audio_buffer.commit' })
  client.send({ type: 'response.create', response: { metadata: { 'voicebox.waterfall': 'on' } } })
  const n = client.of('response.output_audio.delta').length
  while (client.of('response.output_audio.delta').length === n) await new Promise((r) => setTimeout(r, 1))
  const first = performance.now() - t
  const done = await client.next('response.done')
  console.log(first.toFixed(1), JSON.stringify(done.response.metadata))
}
process.exit(0)
