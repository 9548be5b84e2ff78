import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isBase64 } from './base64.ts'
import { parseBySchema, parseClientEvent } from './parse.ts'
import { clientSamples } from './samples.testing.ts'

const anyString = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string({ unit: fc.integer({ min: 0, max: 0xffff }).map((c) => String.fromCharCode(c)) }),
)
const anyKey = fc.oneof(
  fc.constantFrom('__proto__', 'constructor', 'toString', 'type', 'event_id', 'audio', 'session', ''),
  anyString,
)
const anyValue = fc.oneof(
  fc.jsonValue({ maxDepth: 4 }),
  anyString,
  fc.constantFrom(null, 1e308, -0, 2 ** 53, 1e-320, '', [], {}),
)

/** A valid event with a few places changed: replaced, removed or added to. */
const nearlyValid = fc
  .tuple(
    fc.constantFrom(...Object.values(clientSamples)),
    fc.array(fc.tuple(fc.nat(), fc.constantFrom('replace', 'remove', 'add'), anyKey, anyValue), { maxLength: 2 }),
  )
  .map(([sample, changes]) => {
    const event = JSON.parse(JSON.stringify(sample)) as unknown
    for (const change of changes) mutate(event, ...change)
    return JSON.stringify(event)
  })

const longId = fc.constantFrom('x'.repeat(512), 'x'.repeat(513))

const audio = fc.oneof(
  fc.uint8Array({ maxLength: 40 }).map((bytes) => Buffer.from(bytes).toString('base64')),
  fc.string({
    unit: fc.constantFrom('A', 'z', '0', '9', '+', '/', '=', '-', '_', ' ', '\n', '\u0161', '\u0000'),
    maxLength: 12,
  }),
  anyString,
)

describe('parsing client events', () => {
  it('never throws, and refuses in full', () => {
    const seen = { ok: 0, refused: 0 }
    fc.assert(
      fc.property(
        fc.oneof({ weight: 6, arbitrary: nearlyValid }, anyString, fc.json(), anyValue.map(encoded)),
        (text) => {
          const parsed = parseClientEvent(text)
          seen[parsed.ok ? 'ok' : 'refused']++
          if (parsed.ok) {
            expect(parseClientEvent(JSON.stringify(parsed.event))).toEqual(parsed)
            return
          }
          expect(Object.keys(parsed.error).sort()).toEqual(['code', 'event_id', 'message', 'param', 'type'])
          expect(parsed.error.message.length).toBeGreaterThan(0)
          expect(parsed.error.message.length).toBeLessThan(2_000)
        },
      ),
      { numRuns: 3_000 },
    )
    expect(seen.ok).toBeGreaterThan(200)
    expect(seen.refused).toBeGreaterThan(200)
  })

  it.each([
    ['[', ']'],
    ['{"a":', '}'],
    ['{"type":"response.create","response":', '}'],
    ['{"type":"response.create","response":', ''],
  ])('survives a hundred thousand times %s%s', (opening, closing) => {
    expect(parseClientEvent(`${opening.repeat(100_000)}1${closing.repeat(100_000)}`).ok).toBe(false)
  })

  it('reads an append the short way exactly as by the schema', () => {
    const seen = { ok: 0, refused: 0 }
    const extras = fc.dictionary(anyKey, anyValue, { maxKeys: 1, noNullPrototype: true })
    const frames = fc
      .record(
        { audio: fc.oneof({ weight: 8, arbitrary: audio }, anyValue), event_id: fc.oneof(anyString, longId, anyValue) },
        { requiredKeys: [] },
      )
      .chain((known) =>
        fc.oneof(
          fc.constant(known),
          extras.map((extra) => ({ ...extra, ...known })),
        ),
      )
      .map((fields) => JSON.stringify({ ...fields, type: 'input_audio_buffer.append' }))
    fc.assert(
      fc.property(frames, (text) => {
        const parsed = parseClientEvent(text)
        seen[parsed.ok ? 'ok' : 'refused']++
        expect(parsed).toEqual(parseBySchema(JSON.parse(text) as Record<string, unknown>))
      }),
      { numRuns: 3_000 },
    )
    expect(seen.ok).toBeGreaterThan(200)
    expect(seen.refused).toBeGreaterThan(200)
  })

  it('knows base64 when it sees it', () => {
    const grammar = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/
    fc.assert(
      fc.property(audio, (text) => {
        expect(isBase64(text)).toBe(text !== '' && grammar.test(text) && !text.endsWith('\n'))
      }),
      { numRuns: 5_000 },
    )
  })
})

const encoded = (value: unknown): string => JSON.stringify(value)

function mutate(root: unknown, place: number, change: string, key: string, value: unknown): void {
  const holders = objectsIn(root)
  const holder = holders[place % holders.length]
  if (holder === undefined) return
  const keys = Object.keys(holder)
  const old = keys[place % Math.max(1, keys.length)] ?? key
  if (change === 'remove') Reflect.deleteProperty(holder, old)
  else
    Object.defineProperty(holder, change === 'add' ? key : old, {
      value: structuredClone(value),
      enumerable: true,
      configurable: true,
      writable: true,
    })
}

function objectsIn(value: unknown): object[] {
  if (typeof value !== 'object' || value === null) return []
  return [value, ...Object.values(value).flatMap(objectsIn)]
}
