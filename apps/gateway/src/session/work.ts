import { type Clock, Failure, type Log, newId, type SessionId, toFailure } from '@voicebox/kernel'
import { type Effect, type Input, wordsOf } from '@voicebox/session'
import {
  appendAudio,
  cancelWork,
  closeSession,
  enqueue,
  followSession,
  freeAudio,
  type JobOf,
  type Redis,
  saveItems,
  type SessionFollower,
  type WorkerResult,
} from '@voicebox/streams'
import type { Welcome } from '../handshake.ts'
import { makeGeneratedAudio } from './audio-delta.ts'

export type WorkEffect = Extract<Effect, { kind: 'save_item' | 'transcribe' | 'generate' | 'cancel_work' }>

/** A session's side of the streams: it asks the workers, and hears what they say. */
export interface Work {
  /** Work that cannot be asked for is answered as failed; rejects when an item could not be saved. */
  perform(effect: WorkEffect): Promise<void>
  appendAudio(itemId: string, pcm: Uint8Array | null): Promise<void>
  dropAudio(itemId: string): Promise<void>
  /** Looks for results whose message never came. */
  poll(): Promise<void>
  /** Stops what is still being worked on and frees what the session held. */
  close(leftovers: Leftovers): Promise<void>
}

export interface Leftovers {
  subjects: string[]
  spokenItemIds: string[]
}

export interface WorkContext {
  sessionId: SessionId
  welcome: Welcome
  onInput(input: Input): void
  /** The session log cannot be followed any more. */
  onLost(error: Error): void
}

export type OpenWork = (context: WorkContext) => Work

export interface WorkOptions {
  redis: Redis
  clock: Clock
  log: Log
  jobDeadlineMs: number
}

export function makeWork({ redis, clock, log, jobDeadlineMs }: WorkOptions): OpenWork {
  return ({ sessionId, welcome, onInput, onLost }) => {
    const { tenantId, pipeline } = welcome
    const following: Promise<SessionFollower> = followSession(redis, sessionId, {
      afterSeq: 0,
      log,
      onResult(result) {
        const input = inputOf(result)
        if (input !== null) onInput(input)
      },
      onLost: (fromSeq, toSeq) => {
        onLost(new Failure('dependency', 'results_lost', `The session log lost ${fromSeq} to ${toSeq}`))
      },
    })
    following.catch((error: unknown) => onLost(toFailure(error)))

    const jobBase = (): Omit<JobOf<'transcribe'>, 'kind' | 'itemId'> => ({
      id: newId('job'),
      sessionId,
      tenantId,
      deadlineAtMs: clock.now() + jobDeadlineMs,
      traceId: sessionId,
    })

    async function ask(effect: WorkEffect): Promise<void> {
      switch (effect.kind) {
        case 'save_item':
          return saveItems(redis, sessionId, [{ id: effect.item.id, item: effect.item, context: wordsOf(effect.item) }])
        case 'cancel_work':
          return cancelWork(redis, sessionId, effect.subject)
        case 'transcribe':
          return enqueue(redis, `jobs:stt:${pipeline.stt}`, { kind: 'transcribe', ...jobBase(), ...effect.request })
        case 'generate': {
          const { speech, itemIds, ...request } = effect.request
          const job: JobOf<'generate'> = { kind: 'generate', ...jobBase(), ...request, itemIds: [...itemIds] }
          return enqueue(redis, `jobs:llm:${pipeline.llm}`, {
            ...job,
            ...(speech === undefined ? {} : { speech: { engine: pipeline.tts, ...speech } }),
          })
        }
      }
    }

    return {
      async perform(effect) {
        try {
          await following
          await ask(effect)
        } catch (error) {
          log.error({ sessionId, effect: effect.kind, error: toFailure(error) }, 'The workers could not be asked')
          const failure = { code: 'service_unavailable', message: 'The engines cannot be reached at the moment.' }
          if (effect.kind === 'transcribe') {
            onInput({ kind: 'transcript_failed', itemId: effect.request.itemId, ...failure })
          } else if (effect.kind === 'generate') {
            onInput({ kind: 'generation_failed', responseId: effect.request.responseId, ...failure })
          } else if (effect.kind === 'save_item') {
            throw error
          }
        }
      },
      appendAudio: (itemId, pcm) => appendAudio(redis, sessionId, itemId, pcm, { final: pcm === null }),
      async dropAudio(itemId) {
        try {
          await freeAudio(redis, sessionId, itemId)
        } catch (error) {
          log.warn({ sessionId, itemId, error: toFailure(error) }, 'Audio could not be freed; it expires')
        }
      },
      async poll() {
        try {
          await (await following).poll()
        } catch (error) {
          log.warn({ sessionId, error: toFailure(error) }, 'The session log could not be read')
        }
      },
      async close({ subjects, spokenItemIds }) {
        const steps = await Promise.allSettled([
          following.then((follower) => follower.close()),
          ...subjects.map((subject) => cancelWork(redis, sessionId, subject)),
          closeSession(redis, sessionId, spokenItemIds),
        ])
        const failed = steps.find((step) => step.status === 'rejected')
        if (failed === undefined) return
        log.warn({ sessionId, error: toFailure(failed.reason) }, 'The session could not be cleared; its keys expire')
      },
    }
  }
}

/** What a worker said, as the session's input; null for what it has no use for. */
function inputOf(result: WorkerResult): Input | null {
  switch (result.kind) {
    case 'transcript_interim':
    case 'segment_planned':
      return null
    case 'audio_generated': {
      const { responseId, segment, offset, pcm } = result
      return { kind: 'audio_generated', responseId, segment, offset, audio: makeGeneratedAudio(pcm) }
    }
    default:
      return result
  }
}
