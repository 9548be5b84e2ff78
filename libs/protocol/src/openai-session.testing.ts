import fc from 'fast-check'
import type {
  AudioTranscription,
  RealtimeAudioConfig,
  RealtimeAudioConfigInput,
  RealtimeAudioConfigOutput,
  RealtimeAudioFormats,
  RealtimeAudioInputTurnDetection as TurnDetection,
  RealtimeSessionCreateRequest,
  RealtimeToolsConfigUnion,
  RealtimeTracingConfig,
  RealtimeTranscriptionSessionCreateRequest,
  RealtimeTruncation,
  RealtimeTruncationRetentionRatio,
} from 'openai/resources/realtime/realtime'
import type { ResponsePrompt } from 'openai/resources/responses/responses'
import type { Meant } from './openai-meant.testing.ts'
import { jsonObject, list, maxTokens, name, official, orNull, share, words } from './openai-record.testing.ts'

const as = fc.constant

export const format: fc.Arbitrary<RealtimeAudioFormats> = fc.oneof(
  official<Meant<RealtimeAudioFormats.AudioPCM>>({ type: as('audio/pcm'), rate: as(24_000) }, ['type']),
  fc.record({ type: fc.constantFrom('audio/pcmu', 'audio/pcma') }),
)

const follow = { create_response: fc.boolean(), interrupt_response: fc.boolean() }
const turnDetection: fc.Arbitrary<TurnDetection> = fc.oneof(
  official<TurnDetection.ServerVad>(
    {
      type: as('server_vad'),
      idle_timeout_ms: orNull(fc.integer({ min: 5_000, max: 30_000 })),
      prefix_padding_ms: fc.nat(),
      silence_duration_ms: fc.nat(),
      threshold: share,
      ...follow,
    },
    ['type'],
  ),
  official<TurnDetection.SemanticVad>(
    { type: as('semantic_vad'), eagerness: fc.constantFrom('low', 'medium', 'high', 'auto'), ...follow },
    ['type'],
  ),
)

const transcription = official<AudioTranscription>(
  {
    delay: fc.constantFrom('minimal', 'low', 'medium', 'high', 'xhigh'),
    keywords: list(words),
    language: fc.constantFrom('en', 'de'),
    languages: list(fc.constantFrom('en', 'de')),
    model: fc.constantFrom('whisper-1', 'gpt-transcribe', 'gpt-4o-transcribe', 'mine'),
    prompt: words,
  },
  [],
)

const noiseReduction = official<Meant<RealtimeAudioConfigInput.NoiseReduction>>(
  { type: fc.constantFrom('near_field', 'far_field'), strength: share },
  ['type'],
)

const input = official<RealtimeAudioConfigInput>(
  { format, noise_reduction: noiseReduction, transcription, turn_detection: orNull(turnDetection) },
  [],
)

export const voice = fc.oneof(fc.constantFrom('alloy', 'mine'), fc.record({ id: name }))

const output = official<RealtimeAudioConfigOutput>(
  { format, speed: fc.double({ min: 0.25, max: 1.5, noNaN: true }), voice },
  [],
)

const filter = official<RealtimeToolsConfigUnion.Mcp.McpToolFilter>(
  { read_only: fc.boolean(), tool_names: list(words) },
  [],
)
/** Their type allows any number of addresses, of which a server needs one; the oldest kind is about to leave it. */
type Addresses = 'server_url' | 'connector_id' | 'tunnel_id'
const address = fc.oneof(
  fc.record({ server_url: as('https://mcp.example.com/mcp') }),
  fc.record({ connector_id: fc.constantFrom('connector_gmail' as const, 'connector_dropbox' as const) }),
  fc.record({ tunnel_id: name }),
)
const unaddressed = official<Omit<RealtimeToolsConfigUnion.Mcp, Addresses>>(
  {
    type: as('mcp'),
    server_label: name,
    allowed_callers: orNull(fc.subarray(['direct', 'programmatic'])),
    allowed_tools: orNull(fc.oneof(list(words), filter)),
    authorization: name,
    defer_loading: fc.boolean(),
    headers: orNull(fc.dictionary(name, name, { maxKeys: 3, noNullPrototype: true })),
    require_approval: orNull(
      fc.oneof(
        fc.constantFrom('always' as const, 'never' as const),
        official<RealtimeToolsConfigUnion.Mcp.McpToolApprovalFilter>({ always: filter, never: filter }, []),
      ),
    ),
    server_description: words,
  },
  ['type', 'server_label'],
)

const mcp = fc.tuple(unaddressed, address).map(([tool, where]): RealtimeToolsConfigUnion.Mcp => ({ ...tool, ...where }))

const functionTool = fc.record(
  { type: as('function' as const), name, description: words, parameters: jsonObject },
  { requiredKeys: ['type', 'name'], noNullPrototype: true },
)

export const tools = fc.uniqueArray(fc.oneof(functionTool, mcp), {
  maxLength: 3,
  selector: (tool) => (tool.type === 'mcp' ? tool.server_label : tool.name),
})

export const toolChoice = fc.oneof(
  fc.constantFrom('none' as const, 'auto' as const, 'required' as const),
  fc.record({ type: as('function' as const), name }),
  fc.record(
    { type: as('mcp' as const), server_label: name, name: orNull(name) },
    { requiredKeys: ['type', 'server_label'], noNullPrototype: true },
  ),
)

export const prompt = official<ResponsePrompt>(
  {
    id: name,
    variables: orNull(
      fc.dictionary(name, fc.oneof(words, fc.record({ type: as('input_text' as const), text: words })), {
        maxKeys: 3,
        noNullPrototype: true,
      }),
    ),
    version: orNull(name),
  },
  ['id'],
)

const tracing: fc.Arbitrary<RealtimeTracingConfig> = fc.oneof(
  as('auto' as const),
  official<RealtimeTracingConfig.TracingConfiguration>(
    { group_id: words, metadata: jsonObject, workflow_name: words },
    [],
  ),
)

const truncation: fc.Arbitrary<RealtimeTruncation> = fc.oneof(
  fc.constantFrom('auto', 'disabled'),
  official<RealtimeTruncationRetentionRatio>(
    {
      type: as('retention_ratio'),
      retention_ratio: share,
      token_limits: official<RealtimeTruncationRetentionRatio.TokenLimits>({ post_instructions: fc.nat() }, []),
    },
    ['type', 'retention_ratio'],
  ),
)

export const modalities = fc.constantFrom<('text' | 'audio')[]>(['text'], ['audio'])
export const reasoning = fc.record(
  { effort: fc.constantFrom('minimal' as const, 'low' as const, 'xhigh' as const) },
  { requiredKeys: [], noNullPrototype: true },
)

const include = list(as('item.input_audio_transcription.logprobs' as const))

/** What `session.update` can bring, by the official types. */
export const realtimeSession = official<RealtimeSessionCreateRequest>(
  {
    type: as('realtime'),
    audio: official<RealtimeAudioConfig>({ input, output }, []),
    include,
    instructions: words,
    max_output_tokens: maxTokens,
    model: fc.constantFrom('gpt-realtime', 'mine'),
    output_modalities: modalities,
    parallel_tool_calls: fc.boolean(),
    prompt: orNull(prompt),
    reasoning,
    tool_choice: toolChoice,
    tools,
    tracing: orNull(tracing),
    truncation,
  },
  ['type'],
)

export const transcriptionRequest = official<RealtimeTranscriptionSessionCreateRequest>(
  { type: as('transcription'), audio: fc.record({ input }, { requiredKeys: [], noNullPrototype: true }), include },
  ['type'],
)
