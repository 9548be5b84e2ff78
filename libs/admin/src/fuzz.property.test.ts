import { usePostgres } from '@voicebox/store/testing'
import { useRedis } from '@voicebox/streams/testing'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { makeTenants, openTestApi } from './api.testing.ts'
import { adminDocument } from './document.ts'

interface Parameter {
  name: string
  in: 'path' | 'query' | 'header'
}
interface Described {
  operationId: string
  parameters?: Parameter[]
  requestBody?: { content: { 'application/json': { schema: Schema } } }
}
interface Schema {
  $ref?: string
  properties?: Record<string, Schema>
}
const document = adminDocument() as unknown as {
  paths: Record<string, Record<string, Described>>
  components: { schemas: Record<string, Schema> }
}
const all = Object.entries(document.paths).flatMap(([path, own]) =>
  Object.entries(own).map(([method, described]) => ({ path, method, ...described })),
)

/** Names of what a body may have, for bodies that come close to one. */
function fieldsOf({ requestBody }: Described): string[] {
  const schema = requestBody?.content['application/json'].schema ?? {}
  const named = document.components.schemas[schema.$ref?.split('/').at(-1) ?? ''] ?? schema
  return Object.keys(named.properties ?? {})
}

const nasty = [
  ...[
    '',
    ' ',
    '\0',
    'a\0b',
    '%',
    '%00',
    '%ff',
    '..',
    '../..',
    '/',
    '\ud800',
    '𝄞',
    'Ä',
    '؜',
    '{}',
    '[]',
    'null',
    '-1',
    '1e999',
  ],
  ...['__proto__', 'constructor', "' or 1=1 --", '0000-01-01', '9999-12-31', '2026-02-31', '0000-01-01T00:00:00Z'],
  ...['9999-12-31T23:59:59-14:00', 'x'.repeat(10_000), 'sess_x', 'sess_', 'jobs:llm:default', '1-1', '9'.repeat(19)],
  ...['own', 'foreign', 'WyJzZXNzaW9ucyIsIjIwMjYtMDEtMDFUMDA6MDA6MDAuMDAwWiIsIngiXQ', 'key_00000000000000000000'],
]
const text = fc.oneof(
  fc.constantFrom(...nasty),
  fc.string({ unit: 'binary' }),
  fc.string({ unit: 'grapheme', maxLength: 40 }),
  fc.integer().map(String),
)
const value = fc.oneof(fc.jsonValue({ depthSize: 'small' }), text, fc.integer(), fc.double(), fc.constant(null))

/** A place that a cursor may name. */
const place = fc.oneof(
  text,
  fc.constant('0000-01-01T00:00:00.000Z'),
  fc.constantFrom('9999-12-31T23:59:59.999Z', '-1', '9'.repeat(18), 'sess_x'),
)

/** What comes close to a parameter of this name, so that requests get further than to its form. */
const near: Record<string, fc.Arbitrary<string>> = {
  tenant: fc.constant('own'),
  session: fc.constant('sess_x'),
  lane: fc.constant('jobs:llm:default'),
  letter: fc.constantFrom('1-1', `${'9'.repeat(16)}-${'9'.repeat(16)}`),
  chore: fc.constantFrom('retention', 'webhook').map((kind) => `${kind}.0001764449000000.own.x`),
  limit: fc.constantFrom('1', '100', '101', '1.5'),
  from: fc.constantFrom('0000-01-01', '0000-01-01T00:00:00Z', '2026-01-01', '2026-01-01T00:00:00+14:00'),
  to: fc.constantFrom('0000-01-01', '9999-12-31', '9999-12-31T23:59:59-23:59', '2026-02-30'),
}

/** Places of the list that an operation reads, as its cursors name them, whatever they are. */
function cursorOf({ path }: { path: string }): fc.Arbitrary<string> {
  const [, names = [], size = 0] = lists.find(([end]) => path.endsWith(end)) ?? []
  return fc
    .tuple(fc.constantFrom(...names, 'other'), fc.array(place, { minLength: size, maxLength: size }))
    .map(([name, places]) => Buffer.from(JSON.stringify([name, ...places])).toString('base64url'))
}
const lists: [string, string[], number][] = [
  ['{tenant}/sessions', ['sessions'], 2],
  ['{tenant}/items', ['search'], 3],
  ['{session}/items', ['items', 'items up'], 2],
  ['{session}/responses', ['responses'], 2],
]

/** A request to an operation: what its path, query and body say is anything. */
function requestTo(one: (typeof all)[number]) {
  const named = (where: Parameter['in']) => (one.parameters ?? []).filter((each) => each.in === where)
  const given = ({ name }: Parameter) => {
    const close = name === 'after' ? cursorOf(one) : (near[name] ?? text)
    return fc.oneof({ weight: 3, arbitrary: close }, text)
  }
  const path = fc
    .tuple(...named('path').map(given))
    .map((parts) =>
      named('path').reduce((path, { name }, at) => path.replace(`{${name}}`, encoded(parts[at] ?? '')), one.path),
    )
  const query = fc.record(Object.fromEntries(named('query').map((each) => [each.name, given(each)])), {
    requiredKeys: [],
  })
  const fields = fc.dictionary(fc.constantFrom(...fieldsOf(one), 'surplus'), value, { maxKeys: 4 })
  const body = fc.oneof(
    fc.oneof(fields, value).map((it) => JSON.stringify(it)),
    text,
  )
  return fc.record({
    path,
    query: query.map((asked) => ({ surplus: 'x', ...asked })),
    body,
    hasBody: fc.boolean(),
    type: fc.constantFrom(jsonType, jsonType, 'text/plain', ''),
  })
}

const jsonType = 'application/json'
/** As clients write it into a path; what cannot be written so goes as it is. */
function encoded(part: string): string {
  return part.isWellFormed() ? encodeURIComponent(part).replaceAll(/^\.+$/g, '%2e') : '%ed%a0%80'
}

describe('Whatever the admin API is asked', () => {
  const postgres = usePostgres()
  const store = postgres.store()
  const redis = useRedis().handle()
  let api: ReturnType<typeof openTestApi>
  beforeAll(async () => {
    api = openTestApi(store, redis)
    await makeTenants(store)
  })
  afterAll(() => api.close())

  it.each(all)(
    'is done, or refused with what is wrong, never a failure: $operationId',
    { timeout: 120_000 },
    async (one) => {
      await fc.assert(
        fc.asyncProperty(requestTo(one), async ({ path, query, body, hasBody, type }) => {
          api.failures.length = 0
          const search = new URLSearchParams(
            Object.entries(query).map(([name, is]) => [name, is.toWellFormed()]),
          ).toString()
          const sent = hasBody && one.method !== 'get' ? (body ?? '') : undefined
          const answer = await api.ask('platform', one.method, `${path}?${search}`, sent, { 'content-type': type })
          expect({ status: answer.status, failures: api.failures }).toMatchObject({ failures: [] })
          expect(answer.status).toBeLessThan(500)
          if (answer.status < 400) return
          expect(answer.type).toContain('application/problem+json')
          expect(answer.json).toMatchObject({
            status: answer.status,
            instance: expect.stringMatching(/^req_/) as string,
          })
        }),
        { numRuns },
      )
    },
  )
})

const numRuns = 30
