import { sttEngines, ttsEngines } from '@voicebox/engines'
import { encryptionKeysSchema } from '@voicebox/tenancy'
import { z } from 'zod'
import { promptSchema } from './prompts.ts'
import { scriptedRuleSchema } from './scripted-rule.ts'

/** Parses a setting given as JSON text, so that a wrong one is named with its place. */
const json = <S extends z.ZodType>(schema: S) =>
  z
    .string()
    .transform((text, context) => {
      try {
        return JSON.parse(text) as unknown
      } catch (error) {
        context.addIssue({ code: 'custom', message: `not JSON: ${(error as Error).message}` })
        return z.NEVER
      }
    })
    .pipe(schema)

const integer = (min: number, max: number) => z.coerce.number().int().min(min).max(max)
const names = <const T extends string>(values: readonly T[]) => z.enum(values as [T, ...T[]])

export const llmProviderSchema = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('openai-compatible').default('openai-compatible'),
    name: z.string().min(1).max(64),
    baseURL: z.url(),
    apiKey: z.string().default('none'),
    model: z.string().min(1),
    /** Whether the model can see; one that cannot is told of a picture in words. */
    vision: z.boolean().default(true),
    /** Longest wait for the first token, then the next provider is asked. */
    firstTokenTimeoutMs: integer(100, 600_000).default(10_000),
    /** Longest silence between two tokens. */
    idleTimeoutMs: integer(100, 600_000).default(15_000),
  }),
  z.strictObject({ type: z.literal('echo'), name: z.string().default('echo') }),
  z.strictObject({
    type: z.literal('stub'),
    name: z.string().default('stub'),
    firstTokenMs: z.number().min(0).default(0),
    tokensPerSecond: z.number().positive().default(100),
    reply: z.string().default('This is a reply of the stub provider.'),
  }),
  z.strictObject({
    type: z.literal('scripted'),
    name: z.string().default('scripted'),
    /** The first that applies is followed. */
    rules: z.array(scriptedRuleSchema),
    /** The reply where no rule applies. */
    otherwise: z.string().default('OK.'),
    firstTokenMs: z.number().min(0).default(0),
    tokensPerSecond: z.number().positive().default(1_000),
  }),
])
export type LlmProvider = z.infer<typeof llmProviderSchema>

const stubSchema = z.strictObject({
  sttMs: z.number().min(0).default(0),
  transcript: z.string().default('This is a transcript of the stub engine.'),
  ttsFirstByteMs: z.number().min(0).default(0),
  /** Seconds of work for a second of audio; 0 makes all audio at once. */
  ttsRealtimeFactor: z.number().min(0).default(0),
})
export type StubSettings = z.infer<typeof stubSchema>

/** As browsers send it: scheme, host and port, without a path. */
const origin = z.string().refine((text) => URL.canParse(text) && new URL(text).origin === text, 'expected an origin')

const poolName = z.string().regex(/^[a-z0-9-]{1,64}$/, 'expected 1 to 64 small letters, digits and hyphens')

const postgresUrl = z.string().regex(/^postgres(ql)?:\/\//, 'expected postgres://')

/** `key=value,key=value`, values percent-encoded, as OpenTelemetry has lists in its variables. */
const pairs = z.string().transform((text, context): Record<string, string> => {
  const split = text.split(',').filter((pair) => pair.trim() !== '')
  const entries = split.map((pair): [string, string] => {
    const [key = '', ...value] = pair.split('=')
    return [key.trim(), value.join('=').trim()]
  })
  try {
    if (entries.every(([key, value]) => key !== '' && value !== ''))
      return Object.fromEntries(entries.map(([key, value]) => [key, decodeURIComponent(value)]))
  } catch {
    // told below
  }
  context.addIssue({ code: 'custom', message: 'expected key=value,key=value, values percent-encoded' })
  return z.NEVER
})

const httpUrl = z.string().regex(/^https?:\/\//, 'expected http:// or https://')

const samplers = ['always_on', 'always_off', 'traceidratio'] as const
const parentBased = samplers.map((name) => `parentbased_${name}` as const)

const contextTokens = integer(1_024, 10_000_000)

/** A model as clients name it, and the pipeline that serves it. */
const modelSchema = z.strictObject({
  stt: names(Object.keys(sttEngines) as (keyof typeof sttEngines)[]).optional(),
  llm: poolName.optional(),
  tts: names(ttsEngines).optional(),
  voice: z.string().optional(),
  /** What the language model can read at once. */
  contextTokens: contextTokens.optional(),
})

/** How many jobs of one tenant may be in a lane of each kind; null: as many as all its workers do at a time. */
const laneShares = z.strictObject({
  stt: integer(1, 1_000_000).nullable().default(null),
  llm: integer(1, 1_000_000).nullable().default(null),
  mcp: integer(1, 1_000_000).nullable().default(null),
  tts: integer(1, 1_000_000).nullable().default(null),
})

/** What one tenant may have where nothing else is set for it; null: as much as it likes. */
const rateLimitsSchema = z.strictObject({
  requestsPerMinute: integer(1, 1_000_000).nullable().default(1_000),
  tokensPerMinute: integer(1, 1_000_000_000).nullable().default(2_000_000),
  windowMs: integer(1, 86_400_000).default(60_000),
  sessions: integer(1, 1_000_000).nullable().default(null),
  sessionMaxS: integer(1, 86_400).nullable().default(null),
  audioMinutesPerDay: integer(1, 100_000_000).nullable().default(null),
})

/** Every setting, once: its environment variable, what it accepts, its default, and its line in docs/configuration.md. */
export const settings = {
  host: { env: 'VOICEBOX_HOST', schema: z.string().default('127.0.0.1'), doc: 'Address that the gateway listens on.' },
  port: { env: 'VOICEBOX_PORT', schema: integer(0, 65_535).default(8080), doc: 'Plain port; 0 picks a free one.' },
  tlsPort: {
    env: 'VOICEBOX_TLS_PORT',
    schema: integer(0, 65_535).default(8443),
    doc: 'TLS port (the official Node client always dials wss); 0 picks a free one. Used when a certificate is set or made.',
  },
  tlsCertFile: {
    env: 'VOICEBOX_TLS_CERT',
    schema: z.string().optional(),
    doc: 'PEM file of the certificate. Absent: the launcher makes a self-signed one.',
  },
  tlsKeyFile: { env: 'VOICEBOX_TLS_KEY', schema: z.string().optional(), doc: 'PEM file of the private key.' },
  apiKey: {
    env: 'VOICEBOX_API_KEY',
    schema: z.string().min(8).default('sk-voicebox-dev'),
    doc: 'The key of the tenant `default` in an embedded installation. With a DATABASE_URL of your own it opens something only if it is set; all others are made by `npx voicebox keys`.',
  },
  dataDir: {
    env: 'VOICEBOX_DATA_DIR',
    schema: z.string().default('.voicebox'),
    doc: 'Where the embedded servers keep their data.',
  },
  redisUrl: {
    env: 'REDIS_URL',
    schema: z
      .string()
      .regex(/^(rediss?:\/\/|unix:\/\/\/|\/)/, 'expected redis://, rediss://, unix:/// or a path')
      .optional(),
    doc: 'Redis 7 or later to use: one server, or a cluster by any of its nodes, which is found out by asking it; several nodes (`redis://one:6379,two:6379`) let it start while one is away. Absent: the launcher starts its own.',
  },
  databaseUrl: {
    env: 'DATABASE_URL',
    schema: postgresUrl.optional(),
    doc: 'PostgreSQL 16 or later to use, as a role that may become `voicebox_app`: its owner, or better one that can do nothing else. Absent: the launcher starts its own; a gateway that is started alone then knows VOICEBOX_API_KEY only.',
  },
  databaseOwnerUrl: {
    env: 'DATABASE_OWNER_URL',
    schema: postgresUrl.optional(),
    doc: 'The same database as its owner, who runs the migrations. Absent: DATABASE_URL.',
  },
  keyStaleMs: {
    env: 'VOICEBOX_KEY_STALE_MS',
    schema: integer(0, 604_800_000).default(3_600_000),
    doc: 'While PostgreSQL is away, how long after it was confirmed last a key still opens sessions. Then nobody is let in (503) until it is back; open sessions go on.',
  },
  encryptionKey: {
    env: 'VOICEBOX_ENCRYPTION_KEY',
    schema: encryptionKeysSchema.optional(),
    doc: 'What secrets in the database are sealed with: tenants’ keys for language providers, secrets of webhooks. 32 bytes in base64 (`openssl rand -base64 32`); several with commas between, of which the first seals and all open. Gateways and workers have the same. Absent: an embedded installation makes one in its data directory; elsewhere no secret can be stored.',
  },
  historyBytes: {
    env: 'VOICEBOX_HISTORY_BYTES',
    schema: integer(65_536, 1 << 30).default(8 << 20),
    doc: 'How much history of one session may wait in Redis to be written to PostgreSQL; beyond it the session is ended, and nothing of it is lost. Without DATABASE_URL no history is kept.',
  },
  historySessions: {
    env: 'VOICEBOX_HISTORY_SESSIONS',
    schema: integer(1, 10_000_000).default(50_000),
    doc: 'How many sessions may live, or have history that is not written yet, over all gateways; beyond it new ones are refused (503) until the housekeeper has caught up.',
  },
  url: {
    env: 'VOICEBOX_URL',
    schema: z.url({ protocol: /^https?$/ }).optional(),
    doc: 'The gateway that `npx voicebox` asks over HTTP, with VOICEBOX_ADMIN_KEY. Absent: it works on the database and Redis itself.',
  },
  adminKey: {
    env: 'VOICEBOX_ADMIN_KEY',
    schema: z.string().min(8).optional(),
    doc: 'The API key by which `npx voicebox` asks a gateway: one with the scope `admin` or `platform`.',
  },
  modelsDir: {
    env: 'VOICEBOX_MODELS_DIR',
    schema: z.string().default('.voicebox/models'),
    doc: 'Where model files live.',
  },
  transport: {
    env: 'VOICEBOX_TRANSPORT',
    schema: names(['auto', 'uws', 'ws']).default('auto'),
    doc: 'WebSocket server: uWebSockets where it loads, else ws.',
  },
  sttEngine: {
    env: 'VOICEBOX_STT_ENGINE',
    schema: names(Object.keys(sttEngines) as (keyof typeof sttEngines)[]).optional(),
    doc: 'Speech to text. Absent: whisper if its model is there, else pocketsphinx.',
  },
  ttsEngine: {
    env: 'VOICEBOX_TTS_ENGINE',
    schema: names(ttsEngines).optional(),
    doc: 'Text to speech. Absent: kokoro or piper if their model is there, else flite, else espeak-ng.',
  },
  llmProviders: {
    env: 'VOICEBOX_LLM_PROVIDERS',
    schema: json(z.array(z.preprocess(withDefaultType, llmProviderSchema)).min(1)).optional(),
    doc: [
      'Language providers as a JSON list, in failover order: {name, baseURL, apiKey, model, vision} (vision false: the model is told of a picture in words);',
      '{type: echo}; {type: stub, reply, firstTokenMs, tokensPerSecond};',
      '{type: scripted, rules, otherwise, firstTokenMs, tokensPerSecond}, a model that follows rules {when, in, find, reply, calls: [{name, arguments}]}:',
      'the first applies whose `when` matches the question (or the instructions or tool_result, as `in` says) and whose `find` is found in the conversation;',
      '`$1` and `%1` give their groups, `$context`, `$images` and `$tools` what the model was given.',
      'Absent: echo, which repeats what it heard.',
    ].join(' '),
  },
  llmPool: {
    env: 'VOICEBOX_LLM_POOL',
    schema: poolName.default('default'),
    doc: 'The pool that a language worker serves: what a model of the catalogue names as its `llm`.',
  },
  models: {
    env: 'VOICEBOX_MODELS',
    schema: json(z.record(z.string(), modelSchema)).optional(),
    doc: 'Model catalogue as JSON: a model name and its {stt, llm, tts, voice, contextTokens}; what is left out is the default pipeline.',
  },
  stub: {
    env: 'VOICEBOX_STUB',
    schema: json(stubSchema).optional(),
    doc: 'What the stub engines say and how long they take, as JSON.',
  },
  device: {
    env: 'VOICEBOX_DEVICE',
    schema: names(['auto', 'cpu', 'cuda']).default('auto'),
    doc: 'Where models run: CUDA where it is found (auto), or as named.',
  },
  whisperModel: {
    env: 'VOICEBOX_WHISPER_MODEL',
    schema: z.string().default('whisper-base'),
    doc: 'Folder of the Whisper model below the models folder.',
  },
  whisperDtype: {
    env: 'VOICEBOX_WHISPER_DTYPE',
    schema: names(['fp32', 'fp16', 'q8', 'q4']).default('q8'),
    doc: 'Weights that Whisper loads.',
  },
  kokoroModel: {
    env: 'VOICEBOX_KOKORO_MODEL',
    schema: z.string().default('kokoro-82m'),
    doc: 'Folder of the Kokoro model below the models folder.',
  },
  kokoroDtype: {
    env: 'VOICEBOX_KOKORO_DTYPE',
    schema: names(['fp32', 'fp16', 'q8', 'q4']).default('q8'),
    doc: 'Weights that Kokoro loads.',
  },
  piperVoice: {
    env: 'VOICEBOX_PIPER_VOICE',
    schema: z.string().default('en_US-lessac-medium'),
    doc: 'Piper voice: a .onnx and its .onnx.json below piper/ in the models folder.',
  },
  workerConcurrency: {
    env: 'VOICEBOX_WORKER_CONCURRENCY',
    schema: integer(1, 1024).optional(),
    doc: 'Jobs that one worker does at a time. Absent: what suits the engine.',
  },
  workerPort: {
    env: 'VOICEBOX_WORKER_PORT',
    schema: integer(0, 65_535).optional(),
    doc: 'Port of a worker for /healthz, /readyz and /metrics, on the address of VOICEBOX_HOST; 0 picks a free one, which its log names. Absent: none. The launcher gives its workers this port and the ones after it.',
  },
  drainMs: {
    env: 'VOICEBOX_DRAIN_MS',
    schema: integer(0, 3_600_000).default(10_000),
    doc: 'How long a process that was asked to leave may take to end what it is doing. Five seconds later it ends itself.',
  },
  claimAfterMs: {
    env: 'VOICEBOX_CLAIM_AFTER_MS',
    schema: integer(100, 600_000).default(5_000),
    doc: 'A job whose worker has given no sign of life for this long is done by another.',
  },
  jobDeadlineMs: {
    env: 'VOICEBOX_JOB_DEADLINE_MS',
    schema: integer(1_000, 3_600_000).default(300_000),
    doc: 'Longest life of a job, waiting included.',
  },
  workTimeoutMs: {
    env: 'VOICEBOX_WORK_TIMEOUT_MS',
    schema: integer(1_000, 3_600_000).default(60_000),
    doc: 'Silence of all workers, for one response or one utterance, after which the gateway gives it up.',
  },
  maxConnections: {
    env: 'VOICEBOX_MAX_CONNECTIONS',
    schema: integer(1, 1_000_000).default(2_000),
    doc: 'Sockets that one gateway accepts.',
  },
  sessionTtlMs: {
    env: 'VOICEBOX_SESSION_TTL_MS',
    schema: integer(1_000, 3_600_000).default(30_000),
    doc: 'How long a session can be resumed after the last sign of life of its gateway, or after its connection was lost.',
  },
  heartbeatMs: {
    env: 'VOICEBOX_HEARTBEAT_MS',
    schema: integer(100, 600_000).default(10_000),
    doc: 'How often a gateway shows that its sessions live; well below VOICEBOX_SESSION_TTL_MS.',
  },
  holdMs: {
    env: 'VOICEBOX_HOLD_MS',
    schema: integer(0, 600_000).default(25_000),
    doc: 'How long sessions are held while Redis is away, before they are closed to be resumed later.',
  },
  eventsPerSecond: {
    env: 'VOICEBOX_EVENTS_PER_SECOND',
    schema: integer(1, 100_000).default(500),
    doc: 'How many events other than audio one connection may send in a second, and four times as many at once.',
  },
  laneDepth: {
    env: 'VOICEBOX_LANE_DEPTH',
    schema: integer(1, 1_000_000).default(2_000),
    doc: 'How many jobs may wait in a lane before more are refused: of those tenants that have their part of what waits.',
  },
  laneShare: {
    env: 'VOICEBOX_LANE_SHARE',
    schema: json(laneShares).default(laneShares.parse({})),
    doc: [
      'How many jobs of one tenant may be in a lane, waiting or being done, while its others wait for them, as JSON: {stt, llm, mcp, tts};',
      'null, as when it is absent: as many as all workers of the lane do at a time. All workers of a lane must say the same.',
    ].join(' '),
  },
  maxSendBufferBytes: {
    env: 'VOICEBOX_MAX_SEND_BUFFER_BYTES',
    schema: integer(65_536, 1 << 30).default(32 << 20),
    doc: 'Unread output of one connection, beyond which it is closed.',
  },
  maxInputBufferMs: {
    env: 'VOICEBOX_MAX_INPUT_BUFFER_MS',
    schema: integer(1_000, 3_600_000).default(300_000),
    doc: 'Longest uncommitted input audio of one session.',
  },
  dialect: {
    env: 'VOICEBOX_DIALECT',
    schema: names(['compat', 'strict']).default('compat'),
    doc: 'Clients of the beta API: served in their own dialect (compat), or refused as OpenAI does (strict).',
  },
  handshakeErrors: {
    env: 'VOICEBOX_HANDSHAKE_ERRORS',
    schema: names(['event', 'http']).default('event'),
    doc: 'How a connection is refused: by an `error` event on the open socket, as OpenAI does, or by an HTTP status before.',
  },
  corsOrigins: {
    env: 'VOICEBOX_CORS_ORIGINS',
    schema: json(z.array(z.union([z.literal('*'), origin])).min(1)).optional(),
    doc: 'Origins of web pages that may call the REST API, as a JSON list; `*` is any. Absent: none.',
  },
  rateLimits: {
    env: 'VOICEBOX_RATE_LIMITS',
    schema: json(rateLimitsSchema).default(rateLimitsSchema.parse({})),
    doc: [
      'Limits of one tenant over all gateways as JSON: {requestsPerMinute, tokensPerMinute, windowMs, sessions, sessionMaxS, audioMinutesPerDay}; null switches a limit off.',
      'They hold in every window of `windowMs`, which is a minute unless it is set. A request is a response; its tokens are its `usage`.',
      '`sessions` is how many there may be at a time, `sessionMaxS` the longest life of one, `audioMinutesPerDay` how much its clients may send in a day of UTC. What is otherwise for a tenant is in the database, as its quotas.',
    ].join(' '),
  },
  sessionMaxS: {
    env: 'VOICEBOX_SESSION_MAX_S',
    schema: integer(1, 86_400).default(3_600),
    doc: 'Longest life of a session, in seconds.',
  },
  conversationCreated: {
    env: 'VOICEBOX_CONVERSATION_CREATED',
    schema: z.stringbool().default(true),
    doc: 'Whether `conversation.created` follows `session.created`.',
  },
  prompts: {
    env: 'VOICEBOX_PROMPTS',
    schema: json(z.record(z.string().min(1).max(256), promptSchema)).optional(),
    doc: 'Prompt templates as JSON: an id and its {version, instructions, variables}; `{{name}}` is a variable, `variables` has their defaults.',
  },
  apology: {
    env: 'VOICEBOX_APOLOGY',
    schema: z.string().max(500).default('Sorry, I cannot answer at the moment. Please try again.'),
    doc: 'What is said when no language provider answers; empty: nothing.',
  },
  contextTokens: {
    env: 'VOICEBOX_CONTEXT_TOKENS',
    schema: contextTokens.default(32_000),
    doc: 'What a language model can read at once; a model of the catalogue may have its own `contextTokens`.',
  },
  keptAudioMs: {
    env: 'VOICEBOX_KEPT_AUDIO_MS',
    schema: integer(0, 3_600_000).default(300_000),
    doc: 'How much audio of its items a session can give back.',
  },
  mcpAllow: {
    env: 'VOICEBOX_MCP_ALLOW',
    schema: json(z.array(z.string().max(512)).max(256)).default([]),
    doc: [
      'MCP servers that may be asked although they are not at public `https` addresses, as a JSON list of origins:',
      '`http://127.0.0.1:9000`, or `https://*.internal.example` for all names below one. Scheme and port count.',
    ].join(' '),
  },
  webhookAllow: {
    env: 'VOICEBOX_WEBHOOK_ALLOW',
    schema: json(z.array(z.string().max(512)).max(256)).default([]),
    doc: 'Webhooks that may be told events although they are not at public `https` addresses, as a JSON list of origins like that of VOICEBOX_MCP_ALLOW.',
  },
  retentionEveryMs: {
    env: 'VOICEBOX_RETENTION_EVERY_MS',
    schema: integer(1_000, 86_400_000).default(3_600_000),
    doc: 'How often what is older than its tenant keeps it is deleted. All housekeepers must say the same.',
  },
  auditDays: {
    env: 'VOICEBOX_AUDIT_DAYS',
    schema: integer(30, 36_500).default(400),
    doc: 'For how many days the audit log is kept.',
  },
  mcpListTimeoutMs: {
    env: 'VOICEBOX_MCP_LIST_TIMEOUT_MS',
    schema: integer(100, 600_000).default(10_000),
    doc: 'Longest that an MCP server may take to list its tools, connecting included.',
  },
  mcpCallTimeoutMs: {
    env: 'VOICEBOX_MCP_CALL_TIMEOUT_MS',
    schema: integer(100, 600_000).default(30_000),
    doc: 'Longest that a call of an MCP tool may take, connecting included.',
  },
  otlpEndpoint: {
    env: 'OTEL_EXPORTER_OTLP_ENDPOINT',
    schema: httpUrl.optional(),
    doc: 'Where traces are sent to, by OTLP over HTTP (protobuf): a base to which `/v1/traces` is added. Absent, as the next: there are no traces.',
  },
  otlpTracesEndpoint: {
    env: 'OTEL_EXPORTER_OTLP_TRACES_ENDPOINT',
    schema: httpUrl.optional(),
    doc: 'The same as a whole URL, before OTEL_EXPORTER_OTLP_ENDPOINT.',
  },
  otlpProtocol: {
    env: 'OTEL_EXPORTER_OTLP_PROTOCOL',
    schema: names(['http/protobuf']).default('http/protobuf'),
    doc: 'The one protocol that there is.',
  },
  otlpHeaders: {
    env: 'OTEL_EXPORTER_OTLP_HEADERS',
    schema: pairs.default({}),
    doc: 'Headers that are sent with traces, as `key=value,key=value`.',
  },
  otlpTimeoutMs: {
    env: 'OTEL_EXPORTER_OTLP_TIMEOUT',
    schema: integer(1, 600_000).default(10_000),
    doc: 'How long it may take to send a batch of spans, trying again included.',
  },
  otelServiceName: {
    env: 'OTEL_SERVICE_NAME',
    schema: z.string().max(256).optional(),
    doc: 'The `service.name` of spans. Absent: `voicebox-` and the part, as `voicebox-gateway`; the attribute `voicebox.part` has that in any case.',
  },
  otelResource: {
    env: 'OTEL_RESOURCE_ATTRIBUTES',
    schema: pairs.default({}),
    doc: 'More attributes of the process, as `key=value,key=value`.',
  },
  tracesSampler: {
    env: 'OTEL_TRACES_SAMPLER',
    schema: names([...samplers, ...parentBased]).default('parentbased_always_on'),
    doc: 'Which turns are recorded. The gateway begins every trace and decides for all, so that `parentbased_` changes nothing.',
  },
  tracesSamplerArg: {
    env: 'OTEL_TRACES_SAMPLER_ARG',
    schema: z.coerce.number().min(0).max(1).default(1),
    doc: 'For `traceidratio`: which part of the turns is recorded, from 0 to 1.',
  },
  spanQueueSize: {
    env: 'OTEL_BSP_MAX_QUEUE_SIZE',
    schema: integer(1, 1_000_000).default(2_048),
    doc: 'Spans of a process that may wait to be sent; more are dropped and counted.',
  },
  spanDelayMs: {
    env: 'OTEL_BSP_SCHEDULE_DELAY',
    schema: integer(1, 600_000).default(5_000),
    doc: 'How long a span waits for others to be sent with, at most.',
  },
  otelDisabled: {
    env: 'OTEL_SDK_DISABLED',
    schema: z.stringbool().default(false),
    doc: 'Whether there are no traces although an endpoint is set.',
  },
  metricsTenants: {
    env: 'VOICEBOX_METRICS_TENANTS',
    schema: json(z.array(z.string().min(1).max(64)).max(100)).default([]),
    doc: 'Tenants that the metrics tell apart, as a JSON list of ids; `*` is every one, as far as 100 go. All others together are `other`.',
  },
  logLevel: {
    env: 'VOICEBOX_LOG_LEVEL',
    schema: names(['debug', 'info', 'warn', 'error', 'silent']).default('info'),
    doc: 'Least severe log line that is written.',
  },
} as const satisfies Record<string, { env: string; schema: z.ZodType; doc: string }>

export type Settings = { [K in keyof typeof settings]: z.infer<(typeof settings)[K]['schema']> }

/** A provider that names no type is an OpenAI-compatible one. */
function withDefaultType(provider: unknown): unknown {
  return typeof provider === 'object' && provider !== null && !('type' in provider)
    ? { type: 'openai-compatible', ...provider }
    : provider
}
