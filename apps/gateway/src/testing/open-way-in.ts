import { type Log, newId, openScope, silentLog, systemClock } from '@voicebox/kernel'
import { betaDialect } from '@voicebox/protocol'
import { openRedis, type Redis } from '@voicebox/streams'
import { startRedis, type TestRedis } from '@voicebox/streams/testing'
import { gatewayMetrics, makeMetrics } from '@voicebox/telemetry'
import { type Authenticate, makeAuthentication, type Secrets } from '../authenticate.ts'
import { type HandshakeOptions, makeHandshake, type Welcome } from '../handshake.ts'
import { type HttpOptions, makeHttp } from '../http.ts'
import { makeCatalogue } from '../models.ts'
import { makeSecrets } from '../secrets.ts'
import { makeServerGuard } from '../session/mcp-servers.ts'
import { loadTransport, type SocketHandlers } from '../transport/index.ts'
import { unlimited } from './unlimited.ts'

export const apiKey = 'sk-voicebox-test'

/** A gateway's way in, whose sessions say what they were opened with and nothing else. */
export interface WayIn {
  http: ReturnType<typeof makeHttp>
  redis: Redis
  server: TestRedis
  secrets: Secrets
  /** The errors that reached the log. */
  logged: unknown[]
  /** Listens with the transport of this name, or with another where it cannot be loaded; answers `host:port`. */
  listen(transport: 'uws' | 'ws', options?: Partial<HandshakeOptions>): Promise<string>
  close(): Promise<void>
}

const catalogue = makeCatalogue(
  { support: { voice: 'echo' } },
  { stt: 'stub', llm: 'default', tts: 'stub', voice: 'alloy', contextTokens: 32_000 },
)

export async function openWayIn(options: Partial<HttpOptions> = {}): Promise<WayIn> {
  const scope = openScope()
  const server = scope.use(await startRedis())
  const signal = AbortSignal.timeout(20_000)
  const redis = scope.use(await openRedis({ url: server.url, name: 'test', log: silentLog, signal }))
  const secrets = makeSecrets(redis, () => {})
  const authenticate: Authenticate = options.authenticate ?? makeAuthentication({ ownKey: apiKey, ring: null, secrets })
  const logged: unknown[] = []
  const write: Log['error'] = ({ error }) => void logged.push(error)
  const log: Log = { debug: write, info: write, warn: write, error: write }
  const http = makeHttp({
    checks: {},
    metrics: makeMetrics({ service: 'gateway', table: gatewayMetrics }),
    authenticate,
    secrets,
    catalogue,
    termsOf: () => unlimited,
    prompts: { pmpt_1: { version: '2', instructions: 'Be {{how}}.', variables: {} } },
    refuseServers: makeServerGuard([]),
    corsOrigins: null,
    clock: systemClock,
    log,
    ...options,
  })
  return {
    http,
    redis,
    server,
    secrets,
    logged,
    async listen(name, handshake = {}) {
      const { transport } = await loadTransport(name === 'ws' ? 'ws' : 'auto')
      const listener = await transport.listen({
        host: '127.0.0.1',
        port: 0,
        maxFrameBytes: 1 << 20,
        maxSendBufferBytes: 1 << 20,
        pingIntervalMs: 20_000,
        log,
        fetch: http.fetch,
        accept: makeHandshake({
          authenticate,
          isValid: async () => true,
          catalogue,
          betaDialect,
          sessionMaxS: 3_600,
          errors: 'event',
          unavailable: () => null,
          termsOf: () => unlimited,
          admission: { enter: async () => newId('sess'), leave: async () => {} },
          open: sayWelcome,
          findSession: async () => null,
          resume: sayResumption,
          ...handshake,
        }),
      })
      scope.use(listener)
      return `127.0.0.1:${listener.port}`
    },
    close: () => scope.close(),
  }
}

/** Stands for a session: tells what it would begin with, in the form of an event. */
const sayWelcome: HandshakeOptions['open'] = (
  socket,
  { dialect, pipeline, terms: _, ...welcome }: Welcome,
): SocketHandlers => {
  const shown = { ...welcome, voice: pipeline.voice, dialect: dialect.name }
  socket.send(JSON.stringify({ type: 'welcome', event_id: newId('event'), welcome: shown }))
  return { onText: () => {}, onBinary: () => {}, onDrain: () => {}, onClose: () => {} }
}

const sayResumption: HandshakeOptions['resume'] = (socket, { dialect, terms: _, ...resumption }): SocketHandlers => {
  const shown = { ...resumption, dialect: dialect.name }
  socket.send(JSON.stringify({ type: 'resumption', event_id: newId('event'), resumption: shown }))
  return { onText: () => {}, onBinary: () => {}, onDrain: () => {}, onClose: () => {} }
}
