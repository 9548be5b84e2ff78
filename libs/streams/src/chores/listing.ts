import type { Job, JobType } from 'bullmq'
import { type Chore, type ChoreKind, choreKinds, choreOf } from './chore.ts'
import { choreIdFrom, parseChoreId, queuedIdOf } from './chore-id.ts'
import type { Queues } from './queues.ts'

/** `waiting`: for its first attempt; `delayed`: for its time, or another attempt; `failed`: it was given up. */
export const choreStates = ['waiting', 'running', 'delayed', 'failed', 'done'] as const
export type ChoreState = (typeof choreStates)[number]

/** A chore and how it stands. */
export interface ListedChore {
  id: string
  kind: ChoreKind
  tenantId: string | null
  state: ChoreState
  chore: Chore
  /** How often it was begun. */
  attempts: number
  addedAt: Date
  /** When it is tried next, where it waits for that. */
  dueAt: Date | null
  finishedAt: Date | null
  /** Why it failed last: a code and a sentence. */
  cause: string | null
}

export interface ListChoresOptions {
  /** Absent: those of all tenants, and of the installation. */
  tenantId?: string
  kind?: ChoreKind
  state?: ChoreState
  /** The id of the last chore of the page before. */
  after?: string
  /** At most 100; 50 unless said. */
  limit?: number
}

/** A page of chores, the latest first. `next`: what to ask for the next page with; null: there is none. */
export async function listChores(
  queues: Queues,
  { tenantId, kind, state, after, limit = 50 }: ListChoresOptions,
): Promise<{ chores: ListedChore[]; next: string | null }> {
  const states = state === undefined ? choreStates : [state]
  const kinds = kind === undefined ? choreKinds : [kind]
  const found = await Promise.all(kinds.map((one) => idsOf(queues, one, states)))
  const ids = [...new Set(found.flat())]
    .filter((id) => tenantId === undefined || parseChoreId(id)?.tenantId === tenantId)
    .map((id) => ({ id, at: id.slice(id.indexOf('.')) })) // by time, over all kinds
    .sort((one, other) => (one.at === other.at ? compare(other.id, one.id) : compare(other.at, one.at)))
    .map(({ id }) => id)
  const rest = after === undefined ? ids : ids.filter((id) => isBefore(id, after))
  const page = rest.slice(0, Math.min(Math.max(limit, 1), 100))
  const chores = await Promise.all(page.map((id) => findChore(queues, id)))
  return {
    chores: chores.filter((one) => one !== null && (state === undefined || one.state === state)) as ListedChore[],
    next: rest.length > page.length ? (page.at(-1) ?? null) : null,
  }
}

/** Null: there is no such chore (any more). */
export async function findChore(queues: Queues, id: string): Promise<ListedChore | null> {
  const job = await findJob(queues, id)
  if (job === null) return null
  const [state, chore] = [await job.getState(), choreOf(job.data)]
  const known = choreStates.find((one) => typesOf[one].includes(state as JobType))
  if (known === undefined || chore === null) return null // it went, or it is of another version
  return {
    id,
    kind: chore.kind,
    tenantId: chore.tenantId,
    state: known,
    chore,
    attempts: job.attemptsStarted,
    addedAt: new Date(job.timestamp),
    dueAt: known === 'delayed' ? new Date(job.timestamp + job.delay) : null,
    finishedAt: job.finishedOn === undefined ? null : new Date(job.finishedOn),
    cause: job.failedReason || null,
  }
}

export async function findJob(queues: Queues, id: string): Promise<Job | null> {
  const parsed = parseChoreId(id)
  if (parsed === null) return null
  return ((await queues.of(parsed.kind).getJob(queuedIdOf(id))) as Job | undefined) ?? null
}

/** The ids of all chores in these states; there are as many as the rules let there be. */
export async function idsOf(queues: Queues, kind: ChoreKind, states: readonly ChoreState[]): Promise<string[]> {
  const types = states.flatMap((state) => typesOf[state])
  const ids = await queues.of(kind).getRanges(types, 0, -1)
  return ids.map((id) => choreIdFrom(kind, id)).filter((id) => parseChoreId(id) !== null)
}

/** The queue's own words. */
export const typesOf: Readonly<Record<ChoreState, JobType[]>> = {
  waiting: ['wait', 'waiting'],
  running: ['active'],
  delayed: ['delayed'],
  failed: ['failed'],
  done: ['completed'],
}

const compare = (one: string, other: string): number => (one < other ? -1 : one > other ? 1 : 0)

function isBefore(id: string, after: string): boolean {
  const [at, limit] = [id.slice(id.indexOf('.')), after.slice(after.indexOf('.'))]
  return at === limit ? compare(id, after) < 0 : compare(at, limit) < 0
}
