import { z } from 'zod'
import { clientEvents } from '../client-events.ts'
import { serverEvents } from '../server-events.ts'

type Schema = z.core.JSONSchema.JSONSchema
type Event = (typeof clientEvents)[number] | (typeof serverEvents)[number]

export interface EventSchema {
  type: string
  description: string
  payload: Schema
}

/** Every event of each direction, and the objects that they share, each once. */
export interface EventSchemas {
  received: EventSchema[]
  sent: EventSchema[]
  objects: Record<string, Schema>
}

/**
 * Derives the events' JSON Schemas (draft 7, as AsyncAPI wants them). An object that a client may write otherwise than the
 * server sends it, because something in it has a default, is there twice: for the client under its name with `Input`.
 */
export function eventSchemas(): EventSchemas {
  const read = clientEvents.map((event) => toJsonSchema(event, 'input'))
  const sent = serverEvents.map((event) => toJsonSchema(event, 'output'))
  const [inputs, outputs] = [definitionsOf(read), definitionsOf(sent)]
  const differing = differingNames(inputs, outputs)
  const inputName = (name: string): string => (differing.has(name) ? `${name}Input` : name)
  return {
    received: read.map((schema) => eventSchema(withRefs(schema, inputName))),
    sent: sent.map((schema) => eventSchema(withRefs(schema, same))),
    objects: sorted([
      ...[...outputs].map(([name, schema]) => [name, withRefs(schema, same)] as const),
      ...[...inputs].map(([name, schema]) => [inputName(name), withRefs(schema, inputName)] as const),
    ]),
  }
}

const toJsonSchema = (event: Event, io: 'input' | 'output'): Schema =>
  z.toJSONSchema(event, { target: 'draft-7', io, unrepresentable: 'any' })

const definitionsOf = (schemas: Schema[]): Map<string, Schema> =>
  new Map(schemas.flatMap(({ definitions = {} }) => Object.entries(definitions as Record<string, Schema>)))

/** Objects of both directions that are not the same in both, or refer to one that is not. */
function differingNames(inputs: Map<string, Schema>, outputs: Map<string, Schema>): Set<string> {
  const shared = [...inputs]
    .filter(([name]) => outputs.has(name))
    .map(([name, schema]) => [name, textOf(schema)] as const)
  const differing = new Set(shared.filter(([name, text]) => textOf(outputs.get(name)) !== text).map(([name]) => name))
  for (let size = -1; size !== differing.size;) {
    size = differing.size
    for (const [name, text] of shared) {
      if ([...differing].some((other) => text.includes(`"${refPrefix}${other}"`))) differing.add(name)
    }
  }
  return differing
}

const textOf = (schema: Schema | undefined): string => JSON.stringify(schema)

const refPrefix = '#/definitions/'
const same = (name: string): string => name

/** The schema with its references leading to the document’s components. */
function withRefs(schema: Schema, rename: (name: string) => string): Schema {
  const text = JSON.stringify(schema, (key, value: unknown) =>
    key === '$ref' && typeof value === 'string'
      ? `#/components/schemas/${rename(value.slice(refPrefix.length))}`
      : value,
  )
  return JSON.parse(text) as Schema
}

function eventSchema({ $schema: _, definitions: __, description = '', ...payload }: Schema): EventSchema {
  const type = payload.properties?.['type']
  return { type: String(typeof type === 'object' ? type.const : ''), description, payload }
}

const sorted = <T>(entries: readonly (readonly [string, T])[]): Record<string, T> =>
  Object.fromEntries([...entries].sort(([a], [b]) => (a < b ? -1 : 1)))
