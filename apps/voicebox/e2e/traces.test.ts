import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { type Client, connect } from './support/client.ts'
import { openCollector } from './support/collector.ts'
import { say, silence, speak } from './support/speech.ts'
import { startStack } from './support/stack.ts'

it('try', async () => {
  const collector = await openCollector()
  const stack = await startStack({ env: {
    OTEL_EXPORTER_OTLP_ENDPOINT: collector.url, OTEL_BSP_SCHEDULE_DELAY: '100', VOICEBOX_LOG_LEVEL: 'info',
    VOICEBOX_STUB: JSON.stringify({ transcript: 'what time is it', sttMs: 200, ttsFirstByteMs: 50, ttsRealtimeFactor: 0.1 }),
    VOICEBOX_LLM_PROVIDERS: JSON.stringify([{ type: 'stub', firstTokenMs: 100, tokensPerSecond: 50, reply: 'Well, this is the first part of it. Here comes the second sentence of it. And the third one ends it.' }]),
  }})
  const client = await connect(stack.ws())
  client.send({ type: 'session.update', session: { type: 'realtime', tracing: { workflow_name: 'w', metadata: { 'voicebox.waterfall': true } } } })
  await speak(client, await say('hello can you help me please'), 1)
  await speak(client, silence(800), 1)
  const done = await client.next('response.done')
  console.log(done.response.metadata)
  await client.close()
  await new Promise((r) => setTimeout(r, 1500))
  for (const s of collector.spans) console.log(s.traceId.slice(0, 4), s.spanId.slice(0,4), s.parentId.slice(0,4), s.resource['service.name'], s.name, (s.startMs - collector.spans[0]!.startMs).toFixed(1), (s.endMs - s.startMs).toFixed(1), JSON.stringify(s.attributes))
  await stack.close(); await collector.close()
}, 90000)
