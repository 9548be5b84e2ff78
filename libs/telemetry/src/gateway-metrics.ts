import type { MetricTable } from './metric-definition.ts'

/** What a gateway tells about its sessions, and about what it depends on. */
export const gatewayMetrics = {
  sessionsOpen: { kind: 'gauge', name: 'voicebox_sessions_open', help: 'Sessions that this gateway drives now.' },
  connectionsOpen: {
    kind: 'gauge',
    name: 'voicebox_connections_open',
    help: 'Sockets of sessions that this gateway has now.',
  },
  requests: {
    kind: 'counter',
    name: 'voicebox_http_requests_total',
    help: 'HTTP requests that this gateway answered, by the route that they met and the status.',
    labels: { route: 'configured', status: 'configured' },
  },
  messageProcessingSeconds: {
    kind: 'histogram',
    name: 'voicebox_websocket_message_processing_seconds',
    help: 'From when a client event came to when it had acted, the wait for the audio before it included; `invalid` could not be read.',
    labels: { type: 'configured' },
    buckets: [0.000_05, 0.000_1, 0.000_25, 0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5],
  },
  turnFirstAudioSeconds: {
    kind: 'histogram',
    name: 'voicebox_turn_first_audio_seconds',
    help: 'From the end of speech (or the commit that the client sent) to the first audio of the answer given to the socket.',
    buckets: [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 1, 1.25, 1.5, 2, 3, 5, 10],
  },
  errors: {
    kind: 'counter',
    name: 'voicebox_errors_total',
    help: 'Errors that clients were told in open sessions, by their code.',
    labels: { code: 'configured' },
  },
  responses: {
    kind: 'counter',
    name: 'voicebox_responses_total',
    help: 'Responses that ended, by how.',
    labels: { status: ['completed', 'cancelled', 'incomplete', 'failed'] },
  },
  sessions: {
    kind: 'counter',
    name: 'voicebox_sessions_total',
    help: 'Sessions that this gateway began, took over or let go, by how.',
    labels: { outcome: ['opened', 'resumed', 'taken_over', 'released', 'ended', 'expired', 'revoked', 'lost'] },
  },
  resumeRefusals: {
    kind: 'counter',
    name: 'voicebox_resume_refusals_total',
    help: 'Clients that wanted to resume a session and could not, by the code that they were told.',
    labels: { code: ['session_not_found', 'event_not_found', 'unavailable'] },
  },
  commits: {
    kind: 'counter',
    name: 'voicebox_commits_total',
    help: 'Commits of session state, by how they ended; `behind` means that Redis had lost data.',
    labels: { outcome: ['committed', 'lost', 'behind', 'failed'] },
  },
  commitSeconds: {
    kind: 'histogram',
    name: 'voicebox_commit_seconds',
    help: 'How long a commit of session state took.',
    buckets: [0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5],
  },
  serviceAvailable: {
    kind: 'gauge',
    name: 'voicebox_service_available',
    help: 'Whether somebody serves this kind of work (0 or 1).',
    labels: { service: ['transcription', 'language', 'speech'] },
  },
  redisAvailable: {
    kind: 'gauge',
    name: 'voicebox_redis_available',
    help: 'Whether Redis answers this gateway (0 or 1).',
  },
  draining: { kind: 'gauge', name: 'voicebox_draining', help: 'Whether this gateway is leaving (0 or 1).' },
  slowReaders: {
    kind: 'gauge',
    name: 'voicebox_slow_readers',
    help: 'Connections whose client reads too slowly, so that results wait in Redis.',
  },
  quotaRefusals: {
    kind: 'counter',
    name: 'voicebox_quota_refusals_total',
    help: 'Responses and sessions that were refused, and sessions that were ended, because their tenant had as much as it may have, by of what.',
    labels: { limit: ['requests', 'tokens', 'sessions', 'audio', 'session_length'] },
  },
  itemsPutAway: {
    kind: 'counter',
    name: 'voicebox_items_put_away_total',
    help: 'Items of long conversations that left their session for history, to make room.',
  },
  throttledEvents: {
    kind: 'counter',
    name: 'voicebox_throttled_events_total',
    help: 'Client events that were refused because their connection sent too many in a second.',
  },
} as const satisfies MetricTable
