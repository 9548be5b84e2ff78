import type { ClientEvent, ClientEventOf, ClientEventType } from './client-events.ts'
import type { Item } from './item.ts'
import type { McpListedTool } from './mcp-tool.ts'
import type { ResponseObject } from './response-object.ts'
import type { ServerEventOf, ServerEventType } from './server-events.ts'
import { defaultSession } from './session-object.ts'
import type { TranscriptionSession } from './transcription-session.ts'

const session = defaultSession({ id: 'sess_1', model: 'gpt-realtime', expiresAt: 1_800_000_000 })

export const transcriptionSession: TranscriptionSession = {
  type: 'transcription',
  object: 'realtime.transcription_session',
  id: 'sess_2',
  expires_at: 1_800_000_000,
  audio: {
    input: {
      format: { type: 'audio/pcm', rate: 24_000 },
      transcription: { model: 'whisper-1', language: 'en', prompt: null },
      noise_reduction: { type: 'far_field' },
      turn_detection: { type: 'server_vad', threshold: 0.5, prefix_padding_ms: 300, silence_duration_ms: 200 },
    },
  },
  include: ['item.input_audio_transcription.logprobs'],
}

const userItem: Item = {
  id: 'item_1',
  object: 'realtime.item',
  type: 'message',
  status: 'completed',
  role: 'user',
  content: [{ type: 'input_audio', transcript: null }],
}

const answer: Item = {
  id: 'item_2',
  object: 'realtime.item',
  type: 'message',
  status: 'completed',
  role: 'assistant',
  content: [
    { type: 'output_audio', transcript: 'Good day.' },
    { type: 'output_text', text: 'Good day.' },
  ],
}

const listedTool: McpListedTool = {
  name: 'search',
  description: 'Searches.',
  input_schema: { type: 'object' },
  annotations: { readOnlyHint: true },
}

const identity = { object: 'realtime.item', status: 'completed' } as const

/** One of each kind. */
export const itemSamples: { [T in Item['type']]: Extract<Item, { type: T }> } = {
  message: answer,
  function_call: {
    ...identity,
    id: 'item_3',
    type: 'function_call',
    call_id: 'call_1',
    name: 'weather',
    arguments: '{"city":"Oslo"}',
  },
  function_call_output: {
    ...identity,
    id: 'item_4',
    type: 'function_call_output',
    call_id: 'call_1',
    output: 'rain',
  },
  mcp_list_tools: { ...identity, id: 'item_5', type: 'mcp_list_tools', server_label: 'docs', tools: [listedTool] },
  mcp_call: {
    ...identity,
    id: 'item_6',
    type: 'mcp_call',
    server_label: 'docs',
    name: 'search',
    arguments: '{}',
    approval_request_id: 'item_7',
    output: null,
    error: { type: 'tool_execution_error', message: 'It failed.' },
  },
  mcp_approval_request: {
    ...identity,
    id: 'item_7',
    type: 'mcp_approval_request',
    server_label: 'docs',
    name: 'search',
    arguments: '{}',
  },
  mcp_approval_response: {
    ...identity,
    id: 'item_8',
    type: 'mcp_approval_response',
    approval_request_id: 'item_7',
    approve: false,
    reason: 'Not now.',
  },
}

const response: ResponseObject = {
  object: 'realtime.response',
  id: 'resp_1',
  status: 'in_progress',
  status_details: null,
  output: [],
  conversation_id: 'conv_1',
  output_modalities: ['audio'],
  max_output_tokens: 'inf',
  audio: { output: { format: { type: 'audio/pcm', rate: 24_000 }, voice: 'alloy' } },
  usage: null,
  metadata: null,
}

const doneResponse: ResponseObject = {
  ...response,
  status: 'cancelled',
  status_details: { type: 'cancelled', reason: 'turn_detected' },
  output: [answer, itemSamples.function_call, itemSamples.mcp_call],
  usage: {
    total_tokens: 3,
    input_tokens: 2,
    output_tokens: 1,
    input_token_details: {
      text_tokens: 2,
      audio_tokens: 0,
      image_tokens: 0,
      cached_tokens: 0,
      cached_tokens_details: { text_tokens: 0, audio_tokens: 0, image_tokens: 0 },
    },
    output_token_details: { text_tokens: 1, audio_tokens: 0 },
  },
  metadata: { topic: 'greeting' },
}

const event_id = 'event_1'
const part = { event_id, response_id: 'resp_1', item_id: 'item_2', output_index: 0, content_index: 0 }
const call = { event_id, response_id: 'resp_1', item_id: 'item_3', output_index: 1 }
const mcpCall = { event_id, item_id: 'item_6', output_index: 2 }
const userAudio = { event_id, item_id: 'item_1', content_index: 0 }

/** One of each, for tests. The compiler asks for a new event's sample here. */
export const serverSamples: { [T in ServerEventType]: ServerEventOf<T> } = {
  error: {
    type: 'error',
    event_id,
    error: { type: 'invalid_request_error', code: 'invalid_value', message: 'No.', param: null, event_id: null },
  },
  'session.created': { type: 'session.created', event_id, session },
  'session.resumed': { type: 'session.resumed', event_id, session, received: { events: 7, audio_from: 5 } },
  'session.updated': { type: 'session.updated', event_id, session: transcriptionSession },
  'conversation.created': {
    type: 'conversation.created',
    event_id,
    conversation: { id: 'conv_1', object: 'realtime.conversation' },
  },
  'conversation.item.added': { type: 'conversation.item.added', event_id, previous_item_id: null, item: userItem },
  'conversation.item.done': { type: 'conversation.item.done', event_id, previous_item_id: 'item_0', item: answer },
  'conversation.item.retrieved': { type: 'conversation.item.retrieved', event_id, item: userItem },
  'conversation.item.deleted': { type: 'conversation.item.deleted', event_id, item_id: 'item_1' },
  'conversation.item.truncated': {
    type: 'conversation.item.truncated',
    event_id,
    item_id: 'item_2',
    content_index: 0,
    audio_end_ms: 1200,
  },
  'conversation.item.input_audio_transcription.delta': {
    type: 'conversation.item.input_audio_transcription.delta',
    ...userAudio,
    delta: 'Good',
    logprobs: [{ token: 'Good', logprob: -0.1, bytes: [71, 111, 111, 100] }],
  },
  'conversation.item.input_audio_transcription.completed': {
    type: 'conversation.item.input_audio_transcription.completed',
    ...userAudio,
    transcript: 'Good day.',
    usage: {
      type: 'tokens',
      input_tokens: 2,
      output_tokens: 1,
      total_tokens: 3,
      input_token_details: { text_tokens: 0, audio_tokens: 2 },
    },
  },
  'conversation.item.input_audio_transcription.failed': {
    type: 'conversation.item.input_audio_transcription.failed',
    ...userAudio,
    error: { type: 'transcription_error', code: 'audio_unintelligible', message: 'Nothing was understood.' },
  },
  'input_audio_buffer.committed': {
    type: 'input_audio_buffer.committed',
    event_id,
    previous_item_id: null,
    item_id: 'item_1',
  },
  'input_audio_buffer.cleared': { type: 'input_audio_buffer.cleared', event_id },
  'input_audio_buffer.speech_started': {
    type: 'input_audio_buffer.speech_started',
    event_id,
    audio_start_ms: 0,
    item_id: 'item_1',
  },
  'input_audio_buffer.speech_stopped': {
    type: 'input_audio_buffer.speech_stopped',
    event_id,
    audio_end_ms: 900,
    item_id: 'item_1',
  },
  'input_audio_buffer.timeout_triggered': {
    type: 'input_audio_buffer.timeout_triggered',
    event_id,
    audio_start_ms: 900,
    audio_end_ms: 5_900,
    item_id: 'item_1',
  },
  'rate_limits.updated': {
    type: 'rate_limits.updated',
    event_id,
    rate_limits: [{ name: 'tokens', limit: 50_000, remaining: 49_950, reset_seconds: 0.06 }],
  },
  'mcp_list_tools.in_progress': { type: 'mcp_list_tools.in_progress', event_id, item_id: 'item_5' },
  'mcp_list_tools.completed': { type: 'mcp_list_tools.completed', event_id, item_id: 'item_5' },
  'mcp_list_tools.failed': { type: 'mcp_list_tools.failed', event_id, item_id: 'item_5' },
  'response.created': { type: 'response.created', event_id, response },
  'response.output_item.added': {
    type: 'response.output_item.added',
    event_id,
    response_id: 'resp_1',
    output_index: 0,
    item: { ...answer, status: 'in_progress', content: [] },
  },
  'response.content_part.added': {
    type: 'response.content_part.added',
    ...part,
    part: { type: 'audio', transcript: '' },
  },
  'response.output_text.delta': { type: 'response.output_text.delta', ...part, delta: 'Good' },
  'response.output_text.done': { type: 'response.output_text.done', ...part, text: 'Good day.' },
  'response.output_audio_transcript.delta': { type: 'response.output_audio_transcript.delta', ...part, delta: 'Good' },
  'response.output_audio_transcript.done': {
    type: 'response.output_audio_transcript.done',
    ...part,
    transcript: 'Good day.',
  },
  'response.output_audio.delta': { type: 'response.output_audio.delta', ...part, delta: 'AAAA' },
  'response.output_audio.done': { type: 'response.output_audio.done', ...part },
  'response.function_call_arguments.delta': {
    type: 'response.function_call_arguments.delta',
    ...call,
    call_id: 'call_1',
    delta: '{"city":',
  },
  'response.function_call_arguments.done': {
    type: 'response.function_call_arguments.done',
    ...call,
    call_id: 'call_1',
    name: 'weather',
    arguments: '{"city":"Oslo"}',
  },
  'response.mcp_call_arguments.delta': {
    type: 'response.mcp_call_arguments.delta',
    ...call,
    delta: '{',
    obfuscation: 'x',
  },
  'response.mcp_call_arguments.done': { type: 'response.mcp_call_arguments.done', ...call, arguments: '{}' },
  'response.mcp_call.in_progress': { type: 'response.mcp_call.in_progress', ...mcpCall },
  'response.mcp_call.completed': { type: 'response.mcp_call.completed', ...mcpCall },
  'response.mcp_call.failed': { type: 'response.mcp_call.failed', ...mcpCall },
  'response.content_part.done': {
    type: 'response.content_part.done',
    ...part,
    part: { type: 'text', text: 'Good day.' },
  },
  'response.output_item.done': {
    type: 'response.output_item.done',
    event_id,
    response_id: 'resp_1',
    output_index: 0,
    item: { ...answer, status: 'incomplete' },
  },
  'response.done': { type: 'response.done', event_id, response: doneResponse },
}

/** One of each, rich in fields, for tests. */
export const clientSamples: { [T in ClientEventType]: ClientEventOf<T> } = {
  'session.update': {
    type: 'session.update',
    event_id: 'mine_1',
    session: {
      type: 'realtime',
      model: 'gpt-realtime',
      output_modalities: ['text'],
      instructions: '',
      tools: [
        { type: 'function', name: 'weather', description: 'Tells it.', parameters: { type: 'object' } },
        {
          type: 'mcp',
          server_label: 'docs',
          server_url: 'https://mcp.example.com/mcp',
          authorization: 'token',
          headers: { 'x-tenant': 'acme' },
          server_description: 'Knows the documents.',
          allowed_tools: ['search'],
          require_approval: { always: { tool_names: ['delete'] }, never: { read_only: true } },
          defer_loading: false,
          allowed_callers: ['direct'],
        },
      ],
      tool_choice: { type: 'function', name: 'weather' },
      max_output_tokens: 4096,
      prompt: { id: 'pmpt_1', version: null, variables: { name: 'Ada' } },
      tracing: { workflow_name: 'w', metadata: { deep: [1] } },
      truncation: { type: 'retention_ratio', retention_ratio: 0.8, token_limits: { post_instructions: 100 } },
      include: ['item.input_audio_transcription.logprobs'],
      reasoning: { effort: 'low' },
      parallel_tool_calls: true,
      audio: {
        input: {
          format: { type: 'audio/pcmu' },
          transcription: { model: 'whisper-1', language: 'en', prompt: null },
          noise_reduction: { type: 'near_field' },
          turn_detection: { type: 'semantic_vad', eagerness: 'low', create_response: true, interrupt_response: false },
        },
        output: { format: { type: 'audio/pcm', rate: 24_000 }, voice: { id: 'voice_1' }, speed: 1.25 },
      },
    },
  },
  'input_audio_buffer.append': { type: 'input_audio_buffer.append', event_id: 'mine_2', audio: 'AAECAw==' },
  'input_audio_buffer.commit': { type: 'input_audio_buffer.commit', event_id: 'mine_3' },
  'input_audio_buffer.clear': { type: 'input_audio_buffer.clear' },
  'conversation.item.create': {
    type: 'conversation.item.create',
    previous_item_id: 'root',
    item: {
      id: 'mine',
      type: 'message',
      role: 'user',
      content: [
        { type: 'input_text', text: 'Good day.' },
        { type: 'input_audio', audio: 'AAAA', transcript: null },
        { type: 'input_image', image_url: 'data:image/png;base64,AAAA', detail: 'low' },
      ],
    },
  },
  'response.create': {
    type: 'response.create',
    response: {
      conversation: 'none',
      input: [
        { type: 'item_reference', id: 'item_1' },
        { type: 'function_call', call_id: 'call_1', name: 'weather', arguments: '{}' },
        { type: 'function_call_output', call_id: 'call_1', output: 'rain' },
        { type: 'mcp_approval_response', approval_request_id: 'item_7', approve: true, reason: null },
        { type: 'mcp_list_tools', server_label: 'docs', tools: [listedTool] },
        {
          type: 'mcp_call',
          server_label: 'docs',
          name: 'search',
          arguments: '{}',
          approval_request_id: null,
          output: 'found',
          error: null,
        },
        { type: 'mcp_approval_request', server_label: 'docs', name: 'search', arguments: '{}' },
      ],
      metadata: { topic: 'weather' },
      tool_choice: { type: 'mcp', server_label: 'docs', name: 'search' },
      audio: { output: { voice: 'marin' } },
    },
  },
  'conversation.item.delete': { type: 'conversation.item.delete', event_id: 'mine_4', item_id: 'item_1' },
  'conversation.item.truncate': {
    type: 'conversation.item.truncate',
    item_id: 'item_2',
    content_index: 0,
    audio_end_ms: 1200,
  },
  'conversation.item.retrieve': { type: 'conversation.item.retrieve', item_id: 'item_1' },
  'response.cancel': { type: 'response.cancel', response_id: 'resp_1' },
}

/** Events whose shape the samples of their type do not show. */
export const moreClientSamples: ClientEvent[] = [
  {
    type: 'session.update',
    session: {
      type: 'transcription',
      include: null,
      audio: { input: { transcription: { model: 'whisper-1', language: null, prompt: null }, turn_detection: null } },
    },
  },
  {
    type: 'conversation.item.create',
    item: { type: 'message', role: 'system', content: [{ type: 'input_text', text: 'Be brief.' }] },
  },
  {
    type: 'conversation.item.create',
    item: { type: 'message', role: 'assistant', content: [{ type: 'output_text', text: 'Good day.' }] },
  },
  {
    type: 'conversation.item.create',
    item: { type: 'function_call_output', id: 'mine', call_id: 'call_1', output: 'rain' },
  },
  {
    type: 'conversation.item.create',
    item: { type: 'mcp_approval_response', approval_request_id: 'item_7', approve: false, reason: 'Not now.' },
  },
]
