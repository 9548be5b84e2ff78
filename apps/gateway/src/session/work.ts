import {
  Failure,
  type ItemId,
  type JobId,
  type Log,
  newId,
  type ResponseId,
  type SessionId,
  toFailure,
  withFields,
} from '@voicebox/kernel'
import type { Errand, Input, KeptAudio, WorkEffect } from '@voicebox/session'
import {
  admitWork,
  appendAudio,
  cancelWork,
  enqueue,
  followSession,
  freeAudio,
  heardAudio,
  type JobIn,
  type JobTrace,
  keepSpeech,
  keptSpeech,
  type Lane,
  type OnMismatch,
  type Redis,
  type SessionFollower,
  type SessionHold,
  type Stamp,
  type WorkerResult,
} from '@voicebox/streams'
import type { Pipeline } from '../models.ts'
import { answerTo } from './answer-to.ts'
import type { Recall } from './recall.ts'
import type { OpenBudget, RateLimit } from './limits.ts'
import { inputOf, wordsOf } from './worker-input.ts'

/** A session's side of the streams: it asks the workers, and hears what they say. */
export interface Work {
  /** Does an errand; rejects when Redis does not. */
  perform(errand: Errand): Promise<void>
  /** Answers an errand that nobody can be asked for as a worker that failed. */
  unableTo(errand: Errand, failure: Failure): void
  /** Asks for the words of an utterance so far, while it goes on; they come by `onWords`, or not at all. */
  peek(itemId: string, audioMs: number, language: string | null): Promise<void>
  /** Keeps more of an item's audio, from its `at`-th sample on; with `isLast`, which may be all that there is to say, it ends there. */
  appendAudio(itemId: string, at: number, pcm: Uint8Array | null, isLast: boolean): Promise<void>
  /** Makes room for the audio of an item, whose id may have been another's before. */
  beginAudio(itemId: string): Promise<void>
  dropAudio(itemId: string): Promise<void>
  /** Keeps what was spoken for an item, so that it can be retrieved. */
  keepSpeech(itemId: string, atByte: number, pcm: Uint8Array): Promise<void>
  /** The audio of an item: pcm16 mono, 16 kHz where it was heard and 24 kHz where it was spoken; empty when it is gone. */
  loadAudio(itemId: string, audio: KeptAudio): Promise<Uint8Array>
  /** Begins to hear what the workers say; resolves when what they have said so far was heard. */
  listen(): Promise<void>
  /** The results up to this number of the session log were heard. */
  readonly resultsUpTo: number
  /** The responses whose tokens are counted by an estimate. */
  readonly reserved: readonly ResponseId[]
  /** Looks for results whose message never came, or that were not wanted yet. */
  poll(): Promise<void>
  /** Hears no more. */
  close(): void
}

export interface WorkContext {
  sessionId: SessionId
  correlationId: string
  tenantId: string
  pipeline: Pipeline
  hold: Promise<SessionHold>
  /** Why this may not be asked for at the moment, or null. */
  forbids(effect: WorkEffect): Failure | null
  /** The results that were heard before. */
  resultsUpTo: number
  reserved: readonly ResponseId[]
  /** What a worker said, and when; before `onResult` has it. */
  onSaid(result: WorkerResult, stamp: Stamp | null): void
  /** What a worker said. */
  onResult(input: Input): void
  /** Everything else that there is to know. */
  onInput(input: Input): void
  /** Some of what was said is gone. */
  onResultsLost(): void
  /** Redis was lost for a moment and is back: it may have lost data. */
  onBack(): void
  /** The words of an utterance that goes on, up to `audioMs` of it where that is known. */
  onWords(itemId: string, text: string, audioMs: number | null): void
  /** What is left of the limits: when a response is asked for, and when it is settled. */
  onLimits(limits: RateLimit[]): void
  /** Whether results are wanted now; they wait in the session log until `poll` otherwise. */
  wantsMore(): boolean
  /** What a job that is put on its lane now belongs to; absent: of work that is in no turn. */
  traceOf(errand?: Errand): { trace?: JobTrace }
  /** Another process drives the session. */
  onLost(): void
}

export type OpenWork = (context: WorkContext) => Work

export interface WorkOptions {
  redis: Redis
  log: Log
  openBudget: OpenBudget
  jobDeadlineMs: number
  /** How many jobs may wait in a lane. */
  maxWaiting: number
  /** A lane was too full for a job. */
  onRefused(lane: Lane): void
  onMismatch: OnMismatch
  recall: Recall
}

/** Words that come later than the longest pause are of no use. */
const peekDeadlineMs = 8_000

/** Bytes a millisecond, by where the audio comes from: 16 kHz as heard, 24 kHz as spoken. */
const bytesPerMs = { heard: 32, spoken: 48 } as const

export function makeWork(options: WorkOptions): OpenWork {
  const { redis, openBudget, jobDeadlineMs, maxWaiting, onRefused, onMismatch, recall } = options
  return (context) => {
    const { sessionId, correlationId, tenantId, pipeline, onInput } = context
    const log = withFields(options.log, { tenantId, correlationId })
    const budget = openBudget({ tenantId, reserved: context.reserved, onUpdated: context.onLimits })
    let follower: SessionFollower | null = null
    let resultsUpTo = context.resultsUpTo
    let isClosed = false

    const jobBase = (id: JobId, errand?: Errand) => ({
      id,
      sessionId,
      tenantId,
      deadlineMs: errand === undefined ? peekDeadlineMs : jobDeadlineMs,
      traceId: correlationId,
      ...context.traceOf(errand),
    })

    /** Answers why nobody could be asked, or null. */
    async function ask(effect: WorkEffect): Promise<Failure | null> {
      const forbidden = context.forbids(effect)
      if (forbidden !== null) return forbidden
      const base = () => jobBase(effect.jobId, effect) // as late as can be: it says when
      switch (effect.kind) {
        case 'transcribe':
          return put(`jobs:stt:${pipeline.stt}`, { kind: 'transcribe', ...base(), ...effect.request })
        case 'generate': {
          const { speech, itemIds, tools, ...request } = effect.request
          const refusal = await budget.reserve(request.responseId, effect.estimatedTokens)
          if (refusal !== null) return refusal
          return put(`jobs:llm:${pipeline.llm}`, {
            kind: 'generate',
            ...base(),
            ...request,
            itemIds: [...itemIds],
            ...(tools === undefined ? {} : { tools: [...tools] }),
            ...(speech === undefined ? {} : { speech: { engine: pipeline.tts, ...speech } }),
          })
        }
        case 'speak': {
          const { jobId: _, kind: __, ...speech } = effect
          return put(`jobs:tts:${pipeline.tts}`, { kind: 'synthesize', ...base(), ...speech })
        }
        case 'list_tools':
        case 'call_tool': {
          const { headers, ...address } = effect.server
          const { jobId: _, ...request } = effect
          const server = { ...address, ...(headers === undefined ? {} : { headers: { ...headers } }) }
          return put(`jobs:mcp:${pipeline.llm}`, { ...base(), ...request, server })
        }
      }
    }

    async function put<L extends Lane>(lane: L, job: JobIn<L>): Promise<Failure | null> {
      const answer = await enqueue(redis, lane, job, { maxWaiting })
      if (answer === 'queued') return null
      onRefused(lane)
      const seconds = Math.ceil(answer.retryAfterMs / 1_000)
      return new Failure('capacity', 'lane_full', `Too much work is waiting. Please try again in ${seconds}s.`)
    }

    async function warnOf<T>(message: string, about: object, task: () => Promise<T>, otherwise: T): Promise<T> {
      try {
        return await task()
      } catch (error) {
        log.warn({ sessionId, ...about, error: toFailure(error) }, message)
        return otherwise
      }
    }

    async function recallItem(itemId: ItemId): Promise<void> {
      const failed: Input = { kind: 'recall_failed', itemId }
      const recalled = async (): Promise<Input> => ({
        kind: 'item_recalled',
        itemId,
        item: await recall(context, itemId),
      })
      onInput(await warnOf('History could not be asked for an item', { itemId }, recalled, failed))
    }

    const work: Work = {
      async perform(errand) {
        switch (errand.kind) {
          case 'cancel_work':
            return cancelWork(redis, context, errand.subject)
          case 'free_audio':
            return freeAudio(redis, context, errand.itemId)
          case 'settle':
            return budget.settle(errand.responseId, errand.tokens)
          case 'recall_item':
            return void recallItem(errand.itemId) // whatever comes next does not wait for history
          default: {
            const failure = await ask(errand)
            if (failure !== null) work.unableTo(errand, failure)
          }
        }
      },
      unableTo(errand, failure) {
        const answer = answerTo(errand, failure)
        if (answer !== null) onInput(answer)
      },
      async peek(itemId, audioMs, language) {
        const job = { kind: 'transcribe' as const, ...jobBase(newId('job')), itemId, peekMs: audioMs }
        const asked = put(`jobs:stt:${pipeline.stt}`, { ...job, ...(language === null ? {} : { language }) })
        await warnOf('The words so far could not be asked for', { itemId }, () => asked, null)
      },
      async appendAudio(itemId, at, pcm, isLast) {
        const outcome = await appendAudio(redis, await context.hold, itemId, at, pcm, { final: isLast })
        if (outcome === 'lost') context.onLost()
        if (outcome === 'appended_after_gap')
          log.warn({ sessionId, itemId, at }, 'Redis has lost audio of an utterance')
      },
      beginAudio: (itemId) => admitWork(redis, context, itemId),
      dropAudio: (itemId) =>
        warnOf(
          'Audio could not be freed; the end frees it',
          { itemId },
          () => freeAudio(redis, context, itemId),
          undefined,
        ),
      keepSpeech: (itemId, atByte, pcm) =>
        warnOf(
          'Speech could not be kept',
          { itemId },
          async () => keepSpeech(redis, await context.hold, itemId, atByte, pcm),
          undefined,
        ),
      loadAudio(itemId, { origin, ms }) {
        const maxBytes = Math.round(ms * bytesPerMs[origin] * 0.5) * 2
        const load = origin === 'heard' ? heardAudio : keptSpeech
        return warnOf(
          'Audio could not be read',
          { itemId },
          () => load(redis, context, itemId, maxBytes),
          new Uint8Array(0),
        )
      },
      async listen() {
        const opened = await followSession(redis, context, {
          afterSeq: resultsUpTo,
          log,
          onMismatch,
          wantsMore: () => !isClosed && context.wantsMore(),
          onBack: () => !isClosed && context.onBack(),
          onResult(result, seq, stamp) {
            if (isClosed) return // it is left to who goes on with the session
            resultsUpTo = seq
            context.onSaid(result, stamp)
            const words = wordsOf(result)
            if (words !== null) context.onWords(words.itemId, words.text, words.audioMs)
            const input = inputOf(result)
            if (input !== null) context.onResult(input)
          },
          onLost(_fromSeq, toSeq) {
            if (isClosed) return
            resultsUpTo = toSeq
            context.onResultsLost()
          },
        })
        follower = opened
        if (isClosed) opened.close()
      },
      get resultsUpTo() {
        return resultsUpTo
      },
      get reserved() {
        return budget.reserved
      },
      async poll() {
        await warnOf('The session log could not be read', {}, async () => follower?.poll(), undefined)
      },
      close() {
        isClosed = true
        follower?.close()
      },
    }
    return work
  }
}
