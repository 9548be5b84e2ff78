import { describe, expect, it } from 'vitest'
import { serverSamples, transcriptionSession } from '../samples.testing.ts'
import { defaultSession } from '../session-object.ts'
import type { ServerEvent } from '../server-events.ts'
import { betaDialect } from './dialect.ts'

function told(event: ServerEvent): unknown {
  const frame = betaDialect.encode(event)
  return frame === null ? null : JSON.parse(frame)
}

const session = defaultSession({ id: 'sess_1', model: 'gpt-realtime', expiresAt: 1_800_000_000 })

describe('the beta dialect', () => {
  it.each([
    ['conversation.item.added', 'conversation.item.created'],
    ['response.output_text.delta', 'response.text.delta'],
    ['response.output_text.done', 'response.text.done'],
    ['response.output_audio.delta', 'response.audio.delta'],
    ['response.output_audio.done', 'response.audio.done'],
    ['response.output_audio_transcript.delta', 'response.audio_transcript.delta'],
    ['response.output_audio_transcript.done', 'response.audio_transcript.done'],
  ] as const)('calls %s %s', (ours, theirs) => {
    expect(told(serverSamples[ours])).toEqual({ ...serverSamples[ours], type: theirs })
  })

  it.each([
    'conversation.item.done',
    'input_audio_buffer.timeout_triggered',
    'mcp_list_tools.in_progress',
    'mcp_list_tools.completed',
    'mcp_list_tools.failed',
    'response.mcp_call_arguments.delta',
    'response.mcp_call_arguments.done',
    'response.mcp_call.in_progress',
    'response.mcp_call.completed',
    'response.mcp_call.failed',
  ] as const)('does not tell of %s', (type) => {
    expect(told(serverSamples[type])).toBeNull()
  })

  it.each([
    'conversation.created',
    'conversation.item.deleted',
    'conversation.item.truncated',
    'conversation.item.input_audio_transcription.completed',
    'input_audio_buffer.committed',
    'input_audio_buffer.speech_started',
    'rate_limits.updated',
    'response.content_part.added',
    'response.content_part.done',
    'response.function_call_arguments.delta',
  ] as const)('tells of %s as anyone does', (type) => {
    expect(told(serverSamples[type])).toEqual(serverSamples[type])
  })

  it('shows a session flat', () => {
    expect(told({ ...serverSamples['session.created'], session })).toEqual({
      type: 'session.created',
      event_id: 'event_1',
      session: {
        id: 'sess_1',
        object: 'realtime.session',
        model: 'gpt-realtime',
        expires_at: 1_800_000_000,
        modalities: ['text', 'audio'],
        instructions: '',
        voice: 'alloy',
        input_audio_format: 'pcm16',
        output_audio_format: 'pcm16',
        input_audio_transcription: null,
        input_audio_noise_reduction: null,
        turn_detection: {
          type: 'server_vad',
          threshold: 0.5,
          prefix_padding_ms: 300,
          silence_duration_ms: 200,
          create_response: true,
          interrupt_response: true,
        },
        tools: [],
        tool_choice: 'auto',
        temperature: 0.8,
        max_response_output_tokens: 'inf',
        speed: 1,
        tracing: null,
        prompt: null,
        include: null,
      },
    })
  })

  it('shows the temperature that was set', () => {
    expect(told({ ...serverSamples['session.updated'], session: { ...session, temperature: 0.6 } })).toMatchObject({
      session: { temperature: 0.6 },
    })
    const { response } = serverSamples['response.created']
    expect(told({ ...serverSamples['response.created'], response: { ...response, temperature: 1.1 } })).toMatchObject({
      response: { temperature: 1.1 },
    })
  })

  it('tells of a transcription session under a name of its own', () => {
    expect(told({ ...serverSamples['session.created'], session: transcriptionSession })).toEqual({
      type: 'transcription_session.created',
      event_id: 'event_1',
      session: {
        id: 'sess_2',
        object: 'realtime.transcription_session',
        expires_at: 1_800_000_000,
        input_audio_format: 'pcm16',
        input_audio_transcription: { model: 'whisper-1', language: 'en', prompt: null },
        input_audio_noise_reduction: { type: 'far_field' },
        turn_detection: { type: 'server_vad', threshold: 0.5, prefix_padding_ms: 300, silence_duration_ms: 200 },
        include: ['item.input_audio_transcription.logprobs'],
      },
    })
    expect(told({ ...serverSamples['session.updated'], session: transcriptionSession })).toMatchObject({
      type: 'transcription_session.updated',
    })
  })

  it('shows a response flat, without what it has no word for', () => {
    const { response } = serverSamples['response.done']
    expect(told(serverSamples['response.done'])).toEqual({
      type: 'response.done',
      event_id: 'event_1',
      response: {
        object: 'realtime.response',
        id: 'resp_1',
        status: 'cancelled',
        status_details: { type: 'cancelled', reason: 'turn_detected' },
        output: [
          {
            ...response.output[0],
            content: [
              { type: 'audio', transcript: 'Good day.' },
              { type: 'text', text: 'Good day.' },
            ],
          },
          response.output[1],
        ],
        conversation_id: 'conv_1',
        modalities: ['text', 'audio'],
        voice: 'alloy',
        output_audio_format: 'pcm16',
        temperature: 0.8,
        max_output_tokens: 'inf',
        usage: {
          total_tokens: 3,
          input_tokens: 2,
          output_tokens: 1,
          input_token_details: {
            text_tokens: 2,
            audio_tokens: 0,
            cached_tokens: 0,
            cached_tokens_details: { text_tokens: 0, audio_tokens: 0 },
          },
          output_token_details: { text_tokens: 1, audio_tokens: 0 },
        },
        metadata: { topic: 'greeting' },
      },
    })
  })

  it('names fields as the client does', () => {
    const error = (param: string) => ({
      ...serverSamples.error,
      error: { ...serverSamples.error.error, param, message: `Invalid '${param}'.` },
    })
    const asked = (param: string) => (told(error(param)) as typeof serverSamples.error).error
    expect(asked('session.audio.output.voice')).toMatchObject({
      param: 'session.voice',
      message: "Invalid 'session.voice'.",
    })
    expect(asked('session.audio.input.turn_detection.threshold').param).toBe('session.turn_detection.threshold')
    expect(asked('response.audio.output.format').param).toBe('response.output_audio_format')
    expect(asked('session.model').param).toBe('session.model')
    expect(asked('item.content[0].type').param).toBe('item.content[0].type')
  })
})
