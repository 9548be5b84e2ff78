export { type AudioWriter, type ReadAudioOptions, appendAudio, freeAudio, readAudio, utteranceLength } from './audio.ts'
export { type AudioLease, leaseAudio } from './audio-lease.ts'
export type { Attempt, Stamp } from './attempt.ts'
export { admitWork, cancelWork } from './cancel.ts'
export { type CloseOptions, closeSession, dismissed } from './close-session.ts'
export type { JobContext } from './context.ts'
export { type Chore, type ChoreKind, type DeletionSubject, type TenantEvent, choreKinds } from './chores/chore.ts'
export { type AskedDeletion, askDeletion } from './chores/ask-deletion.ts'
export { type AddChoreOptions, type Chores, type OpenChoresOptions, openChores } from './chores/chores.ts'
export { type ChoreState, type ListChoresOptions, type ListedChore, choreStates } from './chores/listing.ts'
export { type QuotaName, type ReachedQuota, tellQuotaReached, tellSessionEnded } from './chores/events.ts'
export { type ChoreRule, choreRules } from './chores/rules.ts'
export { type ChoreContext, type ChoreRunner, type RunChoresOptions, runChores } from './chores/run-chores.ts'
export { drainHistory } from './drain-history.ts'
export { countHistory, historyOfTenant, someHistory } from './history-index.ts'
export { type SavedItem, loadItems } from './items.ts'
export type { SessionLogLimits } from './job-output.ts'
export { type Begun, beginCall, forgetCall, keepAnswer } from './kept-answers.ts'
export { type KeyChangeMessage, tellKeyChange, watchKeyChanges } from './key-changes.ts'
export { heardAudio, keepSpeech, keptSpeech } from './kept-audio.ts'
export {
  type CallToolJob,
  type GenerateJob,
  type Job,
  type JobOf,
  type JobTrace,
  type Lane,
  type ListToolsJob,
  type McpServer,
  type SpeechOptions,
  type SynthesizeJob,
  type TranscribeJob,
  groupOf,
  jobFields,
  recordedTraceOf,
  subjectOf,
} from './jobs.ts'
export {
  type DeadLetter,
  deadLetters,
  dropDeadLetter,
  findDeadLetter,
  listDeadLetters,
  retryDeadLetter,
} from './dead-letters.ts'
export type { Repeatable } from './job-run.ts'
export { type ConsumeLaneOptions, type JobOutcome, type LaneConsumer, consumeLane } from './lane-consumer.ts'
export type { JobIn } from './lane-job.ts'
export { type LaneStats, laneStats, listLanes } from './lane-stats.ts'
export { type LiveSession, findLiveSession, listLiveSessions } from './live-sessions.ts'
export { type EnqueueOptions, type LaneFull, enqueue } from './lane.ts'
export {
  type Counted,
  type LimitRefusal,
  type LimitState,
  type LimitsState,
  type RateLimits,
  reserve,
  settle,
} from './limiter.ts'
export { type TooManySessions, countNoMore, countedSessions, enterSession } from './session-count.ts'
export { type WatchLanesOptions, watchLanes } from './presence.ts'
export { type Redis, type RedisOptions, openRedis } from './redis.ts'
export type { ListedTool, ToolError, WorkerResult } from './results.ts'
export { type SecretGrant, findSecret, keepSecret, redeemSecret } from './secrets.ts'
export { type HoldOptions, type TakenSession, createSession, findSession, takeSession } from './open-session.ts'
export type { SessionRef } from './session-ref.ts'
export type { OnMismatch, TenantMismatch } from './tenant-mismatch.ts'
export { type ReapOptions, reapSessions } from './reap-sessions.ts'
export type { NewFact, SentEvent, SessionChange, SessionRecords } from './session-change.ts'
export type { EndedSession, OnEnded } from './session-end.ts'
export { type FollowSessionOptions, type SessionFollower, followSession } from './session-follower.ts'
export type { HeardResults, HistoryOptions, SessionHold } from './session-hold.ts'
export { type JournalLimits, readJournal } from './session-journal.ts'
export { type Waterfall, type WaterfallStage, latestTurns, maxLatestTurns, turnRecord } from './latest-turns.ts'
export { findUnwritten, lookAtHistory } from './unwritten-history.ts'
