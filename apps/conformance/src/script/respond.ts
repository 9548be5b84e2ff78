import { isObject } from '../judgement/shape.ts'
import { read, readText } from '../judgement/read.ts'
import type { Session } from '../server/server.ts'
import type { WireEvent } from '../server/wire-event.ts'

/** A response that is over. */
export interface Answer {
  readonly id: string
  readonly created: WireEvent
  /** Every event of the response, `response.created` and `response.done` among them, in the order they came. */
  readonly events: readonly WireEvent[]
  readonly done: WireEvent
  /** What it says, written or spoken, over all its messages. */
  readonly text: string
}

/** Asks for a response and answers its `response.created`. */
export async function begin(session: Session, response?: object): Promise<WireEvent> {
  session.send({ type: 'response.create', ...(response !== undefined && { response }) })
  return await session.next('response.created')
}

/** Waits for a response's end. */
export async function finish(session: Session, created: WireEvent): Promise<Answer> {
  const id = readText(created, 'response.id')
  const done = await session.next('response.done', { where: { response: { id } } })
  return { id, created, done, events: session.events.filter((event) => isOf(event, id)), text: textOf(done) }
}

export async function respond(session: Session, response?: object): Promise<Answer> {
  return await finish(session, await begin(session, response))
}

export const isOf = (event: WireEvent, responseId: string): boolean =>
  event['response_id'] === responseId || read(event, 'response.id') === responseId

/** Of the answer, the events of these types. */
export const only = (answer: Answer, ...types: readonly string[]): WireEvent[] =>
  answer.events.filter(({ type }) => types.includes(type))

function textOf(done: WireEvent): string {
  const output = read(done, 'response.output')
  const parts = (Array.isArray(output) ? output : []).flatMap((item: unknown): unknown => {
    const content = read(item, 'content')
    return Array.isArray(content) ? content : []
  })
  return parts
    .flatMap((part) => (isObject(part) ? [part['text'], part['transcript']] : []))
    .filter((words) => typeof words === 'string')
    .join(' ')
}
