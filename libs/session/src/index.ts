export type {
  Effect,
  GenerateRequest,
  HearingSettings,
  KeptAudio,
  ListeningEffect,
  McpServerAddress,
  PartAddress,
  Subject,
  TranscribeRequest,
  WorkEffect,
} from './effect.ts'
export { type Errand, isErrand } from './errand.ts'
export { type Fact, historyAtEnd, historyAtStart, historyOf } from './history.ts'
export type { AudioRef, Input, Service, TimerSubject } from './input.ts'
export { configureSession, openSession, type SessionStart } from './open.ts'
export { recordPages, recordsOf, stateFrom } from './records.ts'
export type { Refusal } from './refuse.ts'
export { responsesIn } from './responses.ts'
export { savesOf } from './saves.ts'
export { shownSession } from './shown.ts'
export type { Entry, PromptTemplate, SessionLimits, SessionState } from './state.ts'
export { type Step, step } from './step.ts'
export { hearingOf } from './update.ts'
export { usageOf } from './usage.ts'
