import type { z } from 'zod'
import type { betaClientEvents } from './client-events.ts'

type BetaWritten = z.input<(typeof betaClientEvents)[number]>

/** One of each that has its own shape in the beta dialect, rich in fields, for tests. */
export const betaClientSamples: { [T in BetaWritten['type']]: Extract<BetaWritten, { type: T }> } = {
  'session.update': {
    type: 'session.update',
    event_id: 'mine_1',
    session: {
      model: 'gpt-4o-realtime-preview',
      modalities: ['audio', 'text'],
      instructions: 'Be brief.',
      voice: 'sage',
      input_audio_format: 'g711_ulaw',
      output_audio_format: 'pcm16',
      input_audio_transcription: { model: 'whisper-1', language: 'en' },
      input_audio_noise_reduction: { type: 'near_field' },
      turn_detection: { type: 'server_vad', threshold: 0.4, create_response: false },
      tools: [{ type: 'function', name: 'weather', parameters: { type: 'object' } }],
      tool_choice: 'required',
      temperature: 0.7,
      max_response_output_tokens: 1024,
      speed: 1.25,
      tracing: 'auto',
      prompt: { id: 'pmpt_1' },
      include: ['item.input_audio_transcription.logprobs'],
      client_secret: { expires_after: { anchor: 'created_at', seconds: 60 } },
    },
  },
  'transcription_session.update': {
    type: 'transcription_session.update',
    session: {
      modalities: ['text'],
      input_audio_format: 'g711_alaw',
      input_audio_transcription: { model: 'gpt-4o-transcribe', prompt: 'Names.' },
      input_audio_noise_reduction: null,
      turn_detection: { type: 'semantic_vad', eagerness: 'low', threshold: 0.3 },
      include: ['item.input_audio_transcription.logprobs'],
      client_secret: { expires_at: { anchor: 'created_at', seconds: 60 } },
    },
  },
  'conversation.item.create': {
    type: 'conversation.item.create',
    event_id: 'mine_2',
    previous_item_id: 'root',
    item: { type: 'message', role: 'assistant', content: [{ type: 'text', text: 'Good day.' }] },
  },
  'response.create': {
    type: 'response.create',
    response: {
      conversation: 'none',
      modalities: ['text', 'audio'],
      instructions: 'Be brief.',
      voice: 'sage',
      output_audio_format: 'g711_alaw',
      tools: [{ type: 'function', name: 'weather' }],
      tool_choice: { type: 'function', name: 'weather' },
      temperature: 1.2,
      max_response_output_tokens: 'inf',
      metadata: { topic: 'weather' },
      input: [
        { type: 'item_reference', id: 'item_1' },
        { type: 'message', role: 'user', content: [{ type: 'input_audio', audio: 'AAAA' }] },
        { type: 'function_call_output', call_id: 'call_1', output: 'rain' },
      ],
    },
  },
}
