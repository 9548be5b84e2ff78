import { sleep } from '@voicebox/kernel'
import type { Fault } from './plan/faults.ts'
import type { Member } from './plan/members.ts'
import { drainMs, type Stage } from './stage/stage.ts'

/** A fault as it was done. */
export interface Strike {
  fault: Fault
  startedAtMs: number
  /** When its target served again; null: it did not before the end of the run. */
  endedAtMs: number | null
}

export interface StrikeOptions {
  stage: Stage
  /** Cuts the sockets of the clients that are at a gateway, or that of a seat. */
  cut(whom: { url: string } | { seat: string }): void
  /** It took too long to leave, or did not leave in good order. */
  onSlowDrain(member: Member, tookMs: number, code: number | null): void
}

/** Does a fault, and resolves when its target serves again. */
export async function strike(fault: Fault, { stage, cut, onSlowDrain }: StrikeOptions): Promise<void> {
  const { kind, target, lastsMs } = fault
  const member = target as Member
  switch (kind) {
    case 'kill-worker':
    case 'kill-gateway':
    case 'kill-housekeeper':
      await stage.process(member).end('SIGKILL')
      await sleep(lastsMs)
      return stage.process(member).start()
    case 'roll-worker':
    case 'roll-gateway': {
      const { tookMs, code } = await stage.process(member).end('SIGTERM')
      if (code !== 0 || tookMs > drainMs + leavingMs) onSlowDrain(member, tookMs, code)
      await sleep(lastsMs)
      return stage.process(member).start()
    }
    case 'freeze-worker':
    case 'freeze-gateway':
      stage.process(member).freeze()
      await sleep(lastsMs)
      return stage.process(member).thaw()
    case 'abandon-gateway':
      stage.process(member).freeze()
      await sleep(lastsMs / 4)
      cut({ url: stage.urlOf(member) })
      await sleep((lastsMs * 3) / 4)
      return stage.process(member).thaw()
    case 'redis-term':
    case 'redis-kill':
      await stage.redis.end(kind === 'redis-term' ? 'SIGTERM' : 'SIGKILL')
      await sleep(lastsMs)
      return stage.redis.start()
    case 'redis-loss':
      await stage.redis.crash()
      await sleep(lastsMs)
      return stage.redis.start()
    case 'postgres-restart':
      await stage.postgres.stop()
      await sleep(lastsMs)
      return stage.postgres.start()
    case 'pubsub':
      await stage.redis.ask('CLIENT', 'KILL', 'TYPE', 'pubsub').catch(() => {}) // Redis may be away itself
      return
    case 'cut':
      return cut({ seat: target })
  }
}

/** Between the end of what it was doing and the end of the process. */
const leavingMs = 5_000
