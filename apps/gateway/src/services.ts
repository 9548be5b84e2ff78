import type { Clock, Closable, Log } from '@voicebox/kernel'
import type { Service } from '@voicebox/session'
import { type Lane, type Redis, watchLanes } from '@voicebox/streams'
import type { Pipeline } from './models.ts'

/** Knows which kinds of work somebody serves. */
export interface Services extends Closable {
  isServed(service: Service, pipeline: Pipeline): boolean
  /** The lanes that nobody serves. */
  readonly unserved: readonly Lane[]
  close(): void
}

export interface ServicesOptions {
  redis: Redis
  pipelines: readonly Pipeline[]
  /** Somebody serves a lane again, or nobody does any more. */
  onChange(lane: Lane): void
  clock: Clock
  log: Log
}

export function watchServices({ redis, pipelines, onChange, clock, log }: ServicesOptions): Services {
  const unserved = new Set<Lane>()
  const lanes = [...new Set(pipelines.flatMap((pipeline) => services.map((service) => laneOf(service, pipeline))))]
  const watching = watchLanes(redis, {
    lanes,
    onChange(lane, isServed) {
      if (isServed) unserved.delete(lane)
      else unserved.add(lane)
      onChange(lane)
    },
    clock,
    log,
  })
  return {
    isServed: (service, pipeline) => !unserved.has(laneOf(service, pipeline)),
    get unserved() {
      return [...unserved]
    },
    close: () => void watching.close(),
  }
}

export const services = ['transcription', 'language', 'speech'] as const satisfies Service[]

function laneOf(service: Service, { stt, llm, tts }: Pipeline): Lane {
  const lanes = { transcription: `jobs:stt:${stt}`, language: `jobs:llm:${llm}`, speech: `jobs:tts:${tts}` } as const
  return lanes[service]
}
