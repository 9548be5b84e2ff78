import { z } from 'zod'
import { betaClientEvents } from './beta/client-events.ts'
import { clientEvents } from './client-events.ts'
import { betaReference } from './docs-beta.ts'
import { resumeSection } from './docs-resume.ts'
import { typeText } from './docs-type.ts'
import { usageSection } from './docs-usage.ts'
import { serverEvents } from './server-events.ts'
import { defaultSession } from './session-object.ts'

type Schema = z.core.JSONSchema.JSONSchema

/** Renders every event and object of the protocol as Markdown, for docs/protocol.md. */
export function protocolReference(): string {
  const client = clientEvents.map(toJsonSchema)
  const server = serverEvents.map(toJsonSchema)
  const beta = betaClientEvents.map(toJsonSchema)
  const objects = new Map([...client, ...server, ...beta].flatMap((event) => Object.entries(event.$defs ?? {})))
  return [
    '# Protocol',
    intro,
    '## Client events',
    `\`event_id\`, optional: ${aboutEventId(client[0])}`,
    ...client.flatMap((event) => eventSection(event)),
    '## Server events',
    `\`event_id\`: ${aboutEventId(server[0])}`,
    ...server.flatMap((event) => eventSection(event)),
    usageSection,
    resumeSection,
    ...betaReference(),
    '### Client events by other shapes',
    ...beta.flatMap((event) => eventSection(event, '####')),
    '## Objects',
    ...[...objects].sort(([a], [b]) => (a < b ? -1 : 1)).flatMap(([name, schema]) => objectSection(name, schema)),
  ]
    .join('\n\n')
    .concat('\n')
}

const intro = `The Realtime events of this server. A frame is one JSON object in a text message. Clients may leave out what is marked
optional or has a default; the server always sends what has a default.`

const toJsonSchema = (schema: z.ZodType): Schema => z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' })

/** The same for every event of a direction, so told once. */
const aboutEventId = (event: Schema | undefined): string =>
  asSchema(event?.properties?.['event_id'] ?? {}).description ?? ''

function eventSection(event: Schema, heading = '###'): string[] {
  const fields = rows(event).filter(({ path }) => path !== 'type' && path !== 'event_id')
  return [`${heading} ${code(String(propertiesOf(event)['type']?.const))}`, event.description ?? '', table(fields)]
}

function objectSection(name: string, schema: Schema): string[] {
  const initial = name === 'Session' ? initialSession() : {}
  const variants = variantsOf(schema).map((variant) =>
    variant.properties === undefined ? `- ${typeText(variant)}` : table(rows(variant, initial)),
  )
  const intro = variants.length > 1 ? `${schema.description ?? ''} One of:` : (schema.description ?? '')
  return [`### ${name}`, intro, ...variants]
}

/** Unions within unions are one list of variants to the reader. */
function variantsOf(schema: Schema): Schema[] {
  const inner = schema.oneOf ?? schema.anyOf
  return inner === undefined ? [schema] : inner.flatMap((variant) => variantsOf(asSchema(variant)))
}

interface Row {
  path: string
  schema: Schema
  isRequired: boolean
  initial: unknown
}

/** One row a field; fields of nested objects follow with their path. */
function rows(schema: Schema, initial: unknown = {}, prefix = ''): Row[] {
  return Object.entries(propertiesOf(schema)).flatMap(([key, field]) => {
    const path = `${prefix}${key}`
    const isRequired = schema.required?.includes(key) ?? false
    const value = isObject(initial) ? initial[key] : undefined
    const row = { path, schema: field, isRequired, initial: isObject(value) && field.properties ? undefined : value }
    return [row, ...rows(field, value, `${path}.`)]
  })
}

function table(all: Row[]): string {
  if (all.length === 0) return 'No fields.'
  const lines = all.map(({ path, schema, isRequired, initial }) => {
    const value = 'default' in schema ? schema.default : initial
    const preset = value !== undefined ? code(JSON.stringify(value)) : isRequired ? 'required' : 'optional'
    return `| ${code(path)} | ${typeText(schema)} | ${preset} | ${schema.description ?? ''} |`
  })
  return ['| field | type | default | meaning |', '|---|---|---|---|', ...lines].join('\n')
}

/** What every session starts with, so without what is its own. */
function initialSession(): unknown {
  const own = ['type', 'object', 'id', 'model', 'expires_at']
  const initial = Object.entries(defaultSession({ id: '', model: '', expiresAt: 0 }))
  return Object.fromEntries(initial.filter(([key]) => !own.includes(key)))
}

function propertiesOf(schema: Schema): Record<string, Schema> {
  const entries = Object.entries(schema.properties ?? {})
  return Object.fromEntries(entries.map(([key, field]) => [key, asSchema(field)]))
}

const asSchema = (schema: z.core.JSONSchema.JSONSchema | boolean): Schema => (typeof schema === 'boolean' ? {} : schema)

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const code = (text: string): string => `\`${text}\``
