import {
  type DeadLetter,
  type Lane,
  type Redis,
  deadLetters,
  dropDeadLetter,
  findDeadLetter,
  retryDeadLetter,
} from '@voicebox/streams'

/** What became of a letter. */
export interface Done {
  lane: Lane
  id: string
  outcome: 'queued' | 'session_ended' | 'not_whole' | 'full' | 'dropped' | 'gone'
  /** Whether that is what was asked for. */
  isDone: boolean
}

/** The letters of these lanes: all, or those named. An id that is none of theirs, or of several, is a problem. */
export async function findLetters(
  redis: Redis,
  lanes: readonly Lane[],
  ids: 'all' | readonly string[],
): Promise<{ letters: DeadLetter[]; problems: string[] }> {
  const letters: DeadLetter[] = []
  const problems: string[] = []
  if (ids === 'all') {
    for (const lane of lanes) letters.push(...(await Array.fromAsync(deadLetters(redis, lane))))
    return { letters, problems }
  }
  for (const id of new Set(ids)) {
    const found = await Promise.all(lanes.map((lane) => findDeadLetter(redis, lane, id)))
    const [letter, ...others] = found.filter((one) => one !== null)
    if (letter === undefined) problems.push(`There is no dead letter ${id}.`)
    else if (others.length === 0) letters.push(letter)
    else problems.push(`${id} is a letter of ${[letter, ...others].map(({ lane }) => lane).join(' and ')}: say --lane.`)
  }
  return { letters, problems }
}

export async function retryLetters(redis: Redis, letters: readonly DeadLetter[]): Promise<Done[]> {
  const done: Done[] = []
  for (const letter of letters) {
    const answer = await retryDeadLetter(redis, letter)
    const outcome = typeof answer === 'string' ? answer : answer.kind
    done.push({ lane: letter.lane, id: letter.id, outcome, isDone: outcome === 'queued' })
  }
  return done
}

export async function dropLetters(redis: Redis, letters: readonly DeadLetter[]): Promise<Done[]> {
  const done: Done[] = []
  for (const { lane, id } of letters) {
    const outcome = (await dropDeadLetter(redis, { lane, id })) ? 'dropped' : 'gone'
    done.push({ lane, id, outcome, isDone: true })
  }
  return done
}
