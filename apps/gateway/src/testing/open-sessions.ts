import { makeResamplers, openVoiceActivity } from '@voicebox/audio'
import { type Closable, openScope, silentLog } from '@voicebox/kernel'
import { openRedis, type Redis } from '@voicebox/streams'
import { startRedis, type StartRedisOptions, type TestRedis } from '@voicebox/streams/testing'
import { type ScriptedWorkers, startWorkers, type WorkersOptions } from './scripted-workers.ts'
import { type GatewayOptions, openGateway, type TestGateway } from './test-gateway.ts'

/** All that sessions are driven with: a real Redis, real ears, workers on real lanes, and as many gateways as are wanted. */
export interface Sessions extends Closable {
  readonly server: TestRedis
  readonly redis: Redis
  readonly workers: ScriptedWorkers
  /** Those that are open. */
  readonly streams: number
  gateway(options?: Partial<GatewayOptions>): TestGateway
  close(): Promise<void>
}

export async function openSessions({
  workers: how,
  redis: kind,
}: { workers?: WorkersOptions; redis?: StartRedisOptions } = {}): Promise<Sessions> {
  const scope = openScope()
  try {
    const server = scope.use(await startRedis(kind))
    const signal = AbortSignal.timeout(20_000)
    const open = (name: string): Promise<Redis> => openRedis({ url: server.url, name, log: silentLog, signal })
    const redis = scope.use(await open('gateways'))
    const voiceActivity = scope.use(await openVoiceActivity({ maxStreams: 500 }))
    const resamplers = scope.use(await makeResamplers())
    const workers = scope.use(startWorkers(scope.use(await open('workers')), how))
    return {
      server,
      redis,
      workers,
      get streams() {
        return voiceActivity.streams
      },
      gateway: (options = {}) => openGateway({ redis, voiceActivity, resamplers, ...options }),
      close: () => scope.close(),
    }
  } catch (error) {
    await scope.close()
    throw error
  }
}
