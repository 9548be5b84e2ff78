export { type ReadAudioOptions, appendAudio, freeAudio, readAudio } from './audio.ts'
export { admitWork, cancelWork } from './cancel.ts'
export type { JobContext } from './context.ts'
export { type SavedItem, closeSession, forgetItem, loadItems, saveItems } from './items.ts'
export type { SessionLogLimits } from './job-output.ts'
export { heardAudio, keepSpeech, keptSpeech } from './kept-audio.ts'
export {
  type CallToolJob,
  type GenerateJob,
  type Job,
  type JobOf,
  type Lane,
  type ListToolsJob,
  type McpServer,
  type SpeechOptions,
  type SynthesizeJob,
  type TranscribeJob,
  groupOf,
  subjectOf,
} from './jobs.ts'
export { type ConsumeLaneOptions, type LaneConsumer, consumeLane } from './lane-consumer.ts'
export { type JobIn, enqueue } from './lane.ts'
export {
  type Counted,
  type LimitRefusal,
  type LimitState,
  type LimitsState,
  type RateLimits,
  reserve,
  settle,
} from './limiter.ts'
export { type Redis, type RedisOptions, openRedis } from './redis.ts'
export type { ListedTool, ToolError, WorkerResult } from './results.ts'
export { type SecretGrant, findSecret, keepSecret, redeemSecret } from './secrets.ts'
export { type FollowSessionOptions, type SessionFollower, followSession } from './session-follower.ts'
