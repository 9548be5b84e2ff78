import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isBase64 } from './base64.ts'
import { anyFrame, anyKey, anyString, anyValue } from './frames.testing.ts'
import { parseBySchema, parseClientEvent } from './parse.ts'
import { clientSamples, moreClientSamples } from './samples.testing.ts'

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
    const seen = { ok: new Map<string, number>(), refused: 0 }
    fc.assert(
      fc.property(anyFrame([...Object.values(clientSamples), ...moreClientSamples]), (text) => {
        const parsed = parseClientEvent(text)
        if (parsed.ok) {
          const { type } = parsed.event
          seen.ok.set(type, (seen.ok.get(type) ?? 0) + 1)
          expect(parseClientEvent(JSON.stringify(parsed.event))).toEqual(parsed)
          return
        }
        seen.refused++
        expect(Object.keys(parsed.error).sort()).toEqual(['code', 'event_id', 'message', 'param', 'type'])
        expect(parsed.error.message.length).toBeGreaterThan(0)
        expect(parsed.error.message.length).toBeLessThan(2_000)
      }),
      { numRuns: 4_000 },
    )
    for (const type of Object.keys(clientSamples)) expect(seen.ok.get(type), type).toBeGreaterThan(20)
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
