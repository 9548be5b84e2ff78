import { type Clock, Failure, type Log, newId, type SessionId, toFailure } from '@voicebox/kernel'
import type { Effect, Input, KeptAudio } from '@voicebox/session'
import {
  admitWork,
  appendAudio,
  cancelWork,
  closeSession,
  enqueue,
  followSession,
  forgetItem,
  freeAudio,
  heardAudio,
  type JobOf,
  keepSpeech,
  keptSpeech,
  type Redis,
  saveItems,
  type SessionFollower,
} from '@voicebox/streams'
import type { Welcome } from '../handshake.ts'
import type { OpenBudget, RateLimit } from './limits.ts'
import { inputOf, wordsOf } from './worker-input.ts'

export type WorkEffect = Extract<
  Effect,
  { kind: 'save_item' | 'forget_item' | 'transcribe' | 'generate' | 'list_tools' | 'call_tool' | 'cancel_work' }
>

/** A session's side of the streams: it asks the workers, and hears what they say. */
export interface Work {
  /** Work that cannot be asked for is answered as failed; rejects when an item could not be saved. */
  perform(effect: WorkEffect): Promise<void>
  /** Asks for the words of an utterance so far, while it goes on; they come by `onWords`, or not at all. */
  peek(itemId: string, audioMs: number, language: string | null): Promise<void>
  appendAudio(itemId: string, pcm: Uint8Array | null): Promise<void>
  /** Makes room for the audio of an item, whose id may have been another's before. */
  beginAudio(itemId: string): Promise<void>
  dropAudio(itemId: string): Promise<void>
  /** Keeps what was spoken for an item, so that it can be retrieved. */
  keepSpeech(itemId: string, atByte: number, pcm: Uint8Array): void
  /** The audio of an item: pcm16 mono, 16 kHz where it was heard and 24 kHz where it was spoken; empty when it is gone. */
  loadAudio(itemId: string, audio: KeptAudio): Promise<Uint8Array>
  /** A response is done and took so many tokens: what that leaves is told by `onLimits`. */
  settle(responseId: string, tokens: number): Promise<void>
  /** Looks for results whose message never came. */
  poll(): Promise<void>
  /** Stops what is still being worked on and frees what the session held. */
  close(leftovers: Leftovers): Promise<void>
}

export interface Leftovers {
  subjects: string[]
  spokenItemIds: string[]
  /** Responses in flight and what they took so far. */
  unsettled: { responseId: string; tokens: number }[]
}

export interface WorkContext {
  sessionId: SessionId
  welcome: Welcome
  onInput(input: Input): void
  /** The words of an utterance that goes on, up to `audioMs` of it where that is known. */
  onWords(itemId: string, text: string, audioMs: number | null): void
  /** What is left of the limits: when a response is asked for, and when it is settled. */
  onLimits(limits: RateLimit[]): void
  /** The session log cannot be followed any more. */
  onLost(error: Error): void
}

export type OpenWork = (context: WorkContext) => Work

export interface WorkOptions {
  redis: Redis
  clock: Clock
  log: Log
  openBudget: OpenBudget
  jobDeadlineMs: number
}

/** Words that come later than the longest pause are of no use. */
const peekDeadlineMs = 8_000

/** Bytes a millisecond, by where the audio comes from: 16 kHz as heard, 24 kHz as spoken. */
const bytesPerMs = { heard: 32, spoken: 48 } as const

export function makeWork({ redis, clock, log, openBudget, jobDeadlineMs }: WorkOptions): OpenWork {
  return ({ sessionId, welcome, onInput, onWords, onLimits, onLost }) => {
    const { tenantId, pipeline } = welcome
    const budget = openBudget({ tenantId, onUpdated: onLimits })
    const following: Promise<SessionFollower> = followSession(redis, sessionId, {
      afterSeq: 0,
      log,
      onResult(result) {
        const words = wordsOf(result)
        if (words !== null) onWords(words.itemId, words.text, words.audioMs)
        const input = inputOf(result)
        if (input !== null) onInput(input)
      },
      onLost: (fromSeq, toSeq) => {
        onLost(new Failure('dependency', 'results_lost', `The session log lost ${fromSeq} to ${toSeq}`))
      },
    })
    following.catch((error: unknown) => onLost(toFailure(error)))

    const jobBase = (deadlineMs = jobDeadlineMs): Omit<JobOf<'transcribe'>, 'kind' | 'itemId'> => ({
      id: newId('job'),
      sessionId,
      tenantId,
      deadlineAtMs: clock.now() + deadlineMs,
      traceId: sessionId,
    })

    async function ask(effect: WorkEffect): Promise<void> {
      switch (effect.kind) {
        case 'save_item':
          return saveItems(redis, sessionId, [{ id: effect.item.id, item: effect.item, context: effect.context }])
        case 'forget_item':
          return forgetItem(redis, sessionId, effect.itemId)
        case 'cancel_work':
          return cancelWork(redis, sessionId, effect.subject)
        case 'transcribe':
          return enqueue(redis, `jobs:stt:${pipeline.stt}`, { kind: 'transcribe', ...jobBase(), ...effect.request })
        case 'generate': {
          const { speech, itemIds, tools, ...request } = effect.request
          const refusal = await budget.reserve(request.responseId, effect.estimatedTokens)
          if (refusal !== null) {
            return onInput({ kind: 'generation_failed', responseId: request.responseId, ...refusal })
          }
          const job: JobOf<'generate'> = { kind: 'generate', ...jobBase(), ...request, itemIds: [...itemIds] }
          return enqueue(redis, `jobs:llm:${pipeline.llm}`, {
            ...job,
            ...(tools === undefined ? {} : { tools: [...tools] }),
            ...(speech === undefined ? {} : { speech: { engine: pipeline.tts, ...speech } }),
          })
        }
        case 'list_tools':
        case 'call_tool': {
          const { headers, ...address } = effect.server
          const server = { ...address, ...(headers === undefined ? {} : { headers: { ...headers } }) }
          return enqueue(redis, `jobs:mcp:${pipeline.llm}`, { ...jobBase(), ...effect, server })
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
          if (effect.kind === 'save_item') throw error
          const answer = failureOf(effect)
          if (answer !== null) onInput(answer)
        }
      },
      async peek(itemId, audioMs, language) {
        const job: JobOf<'transcribe'> = { kind: 'transcribe', ...jobBase(peekDeadlineMs), itemId, peekMs: audioMs }
        try {
          await enqueue(redis, `jobs:stt:${pipeline.stt}`, { ...job, ...(language === null ? {} : { language }) })
        } catch (error) {
          log.warn({ sessionId, itemId, error: toFailure(error) }, 'The words so far could not be asked for')
        }
      },
      appendAudio: (itemId, pcm) => appendAudio(redis, sessionId, itemId, pcm, { final: pcm === null }),
      beginAudio: (itemId) => admitWork(redis, sessionId, itemId),
      async dropAudio(itemId) {
        try {
          await freeAudio(redis, sessionId, itemId)
        } catch (error) {
          log.warn({ sessionId, itemId, error: toFailure(error) }, 'Audio could not be freed; it expires')
        }
      },
      keepSpeech(itemId, atByte, pcm) {
        keepSpeech(redis, sessionId, itemId, atByte, pcm).catch((error: unknown) => {
          log.warn({ sessionId, itemId, error: toFailure(error) }, 'Speech could not be kept')
        })
      },
      async loadAudio(itemId, { origin, ms }) {
        const maxBytes = Math.round(ms * bytesPerMs[origin] * 0.5) * 2
        const load = origin === 'heard' ? heardAudio : keptSpeech
        try {
          return await load(redis, sessionId, itemId, maxBytes)
        } catch (error) {
          log.warn({ sessionId, itemId, error: toFailure(error) }, 'Audio could not be read')
          return new Uint8Array(0)
        }
      },
      settle: (responseId, tokens) => budget.settle(responseId, tokens),
      async poll() {
        try {
          await (await following).poll()
        } catch (error) {
          log.warn({ sessionId, error: toFailure(error) }, 'The session log could not be read')
        }
      },
      async close({ subjects, spokenItemIds, unsettled }) {
        const stopped = await Promise.allSettled([
          following.then((follower) => follower.close()),
          ...subjects.map((subject) => cancelWork(redis, sessionId, subject)),
          ...unsettled.map(({ responseId, tokens }) => budget.settle(responseId, tokens)),
        ])
        // only now: what is not cancelled could still be written after the keys are gone
        const cleared = await Promise.allSettled([closeSession(redis, sessionId, spokenItemIds)])
        const failed = [...stopped, ...cleared].find((step) => step.status === 'rejected')
        if (failed === undefined) return
        log.warn({ sessionId, error: toFailure(failed.reason) }, 'The session could not be cleared; its keys expire')
      },
    }
  }
}

/** What the session hears of work that nobody could be asked for; null where nobody waits for it. */
function failureOf(effect: WorkEffect): Input | null {
  const failure = { code: 'service_unavailable', message: 'The engines cannot be reached at the moment.' }
  switch (effect.kind) {
    case 'transcribe':
      return { kind: 'transcript_failed', itemId: effect.request.itemId, ...failure }
    case 'generate':
      return { kind: 'generation_failed', responseId: effect.request.responseId, ...failure }
    case 'list_tools':
      return { kind: 'listing_failed', itemId: effect.itemId, ...failure }
    case 'call_tool':
      return {
        kind: 'tool_failed',
        itemId: effect.itemId,
        error: { type: 'tool_execution_error', message: failure.message },
      }
    default:
      return null
  }
}
