import fc from 'fast-check'
import { itemSamples, serverSamples, transcriptionSession } from '../samples.testing.ts'
import { defaultSession, type Session } from '../session-object.ts'
import type { Item } from '../item.ts'
import type { ServerEvent } from '../server-events.ts'

const identity = { id: 'item_1', object: 'realtime.item', status: 'completed', type: 'message' } as const

const item: fc.Arbitrary<Item> = fc.constantFrom(
  ...Object.values(itemSamples),
  { ...identity, role: 'system', content: [{ type: 'input_text', text: 'Be brief.' }] },
  {
    ...identity,
    role: 'user',
    content: [
      { type: 'input_text', text: 'Look.' },
      { type: 'input_audio', transcript: 'Look.', audio: 'AAAA' },
      { type: 'input_image', image_url: 'data:image/png;base64,AAAA', detail: 'auto' },
    ],
  },
  { ...identity, role: 'assistant', content: [{ type: 'output_audio', audio: 'AAAA' }] },
)

const format = fc.constantFrom<Session['audio']['input']['format']>(
  { type: 'audio/pcm', rate: 24_000 },
  { type: 'audio/pcmu' },
  { type: 'audio/pcma' },
)
const base = defaultSession({ id: 'sess_1', model: 'gpt-realtime', expiresAt: 1_800_000_000 })
const whatFollows = { create_response: true, interrupt_response: false }

const session: fc.Arbitrary<Session> = fc
  .record({
    input: format,
    output: format,
    voice: fc.constantFrom('alloy', { id: 'voice_1' }),
    turn_detection: fc.constantFrom(null, base.audio.input.turn_detection, {
      type: 'semantic_vad',
      eagerness: 'auto',
      ...whatFollows,
    } as const),
    more: fc.record(
      {
        temperature: fc.double({ min: 0.6, max: 1.2, noNaN: true }),
        output_modalities: fc.constantFrom<Session['output_modalities']>(['text'], ['audio']),
        tools: fc.subarray<Session['tools'][number]>([
          { type: 'function', name: 'weather' },
          { type: 'mcp', server_label: 'docs', server_url: 'https://mcp.example.com/mcp' },
        ]),
        tool_choice: fc.constantFrom<Session['tool_choice']>(
          'auto',
          { type: 'function', name: 'weather' },
          { type: 'mcp', server_label: 'docs' },
        ),
        reasoning: fc.constant({ effort: 'low' as const }),
        parallel_tool_calls: fc.boolean(),
      },
      { requiredKeys: [], noNullPrototype: true },
    ),
  })
  .map(({ input, output, voice, turn_detection, more }) => ({
    ...base,
    ...more,
    audio: {
      input: { ...base.audio.input, format: input, turn_detection },
      output: { ...base.audio.output, format: output, voice },
    },
  }))

const shown = fc.oneof(session, fc.constant(transcriptionSession))
const done = serverSamples['response.done'].response

/** Any event of the server, with anything in it that the beta dialect tells otherwise. */
export const anyServerEvent: fc.Arbitrary<ServerEvent> = fc
  .record({
    event: fc.constantFrom(...Object.values(serverSamples)),
    item,
    session: shown,
    output: fc.array(item, { maxLength: 4 }),
    format,
    param: fc.constantFrom(null, 'session.audio.output.voice', 'response.output_modalities[0]', 'item.id'),
  })
  .map(({ event, item, session, output, format, param }): ServerEvent => {
    switch (event.type) {
      case 'error':
        return { ...event, error: { ...event.error, param, message: `Invalid '${param}'.` } }
      case 'session.created':
      case 'session.resumed':
      case 'session.updated':
        return { ...event, session }
      case 'response.created':
      case 'response.done':
        return { ...event, response: { ...done, output, audio: { output: { format, voice: 'alloy' } } } }
      default:
        return 'item' in event ? { ...event, item } : event
    }
  })
