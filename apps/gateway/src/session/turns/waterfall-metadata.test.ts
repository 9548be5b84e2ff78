import { describe, expect, it } from 'vitest'
import type { Waterfall } from '@voicebox/streams'
import { wantsWaterfall, waterfallKey, waterfallText, withWaterfall } from './waterfall-metadata.ts'

function waterfall(segments: number): Waterfall {
  const spoken = Array.from({ length: segments }, (_, segment) =>
    ['.wait', '', '.first'].map((part) => ({ name: `tts.${segment}${part}`, atMs: 1_000 + segment, ms: 120 })),
  ).flat()
  const base = ['endpointing', 'stt.wait', 'stt', 'llm.wait', 'llm'].map((name, at) => ({
    name,
    atMs: at * 100,
    ms: 100,
  }))
  return {
    ...{ traceId: 'a'.repeat(32), startedAtMs: 1, cause: 'speech', responseId: 'resp_1', status: 'completed' },
    ...{ firstMs: 1_130, totalMs: 5_000, stages: [...base, ...spoken], engines: { stt: 'pocketsphinx', llm: 'echo' } },
  }
}

describe('A waterfall in the metadata of a response', () => {
  it('says each stage as its name, where it begins and how long it takes', () => {
    expect(JSON.parse(waterfallText(waterfall(1)))).toEqual({
      v: 1,
      first: 1_130,
      total: 5_000,
      stages: waterfall(1).stages.map(({ name, atMs, ms }) => [name, atMs, ms]),
      by: { stt: 'pocketsphinx', llm: 'echo' },
    })
  })

  it('fits into a value of metadata however long the answer is: the last segments give way, and it says how many', () => {
    const text = waterfallText(waterfall(60))
    expect(text.length).toBeLessThanOrEqual(512)
    const { stages, more } = JSON.parse(text) as { stages: [string, number, number][]; more: number }
    expect(stages.length + more).toBe(185)
    const names = stages.map(([name]) => name)
    expect(names).toEqual(expect.arrayContaining(['endpointing', 'stt', 'llm', 'tts.0', 'tts.1']))
    expect(names).not.toContain('tts.59')
  })

  it('stands beside what the client has there, unless the client has used up all keys', () => {
    expect(withWaterfall({ topic: 'x', [waterfallKey]: 'on' }, waterfall(0))).toMatchObject({ topic: 'x' })
    expect(Object.keys(withWaterfall(null, waterfall(0)) ?? {})).toEqual([waterfallKey])
    const full = Object.fromEntries(Array.from({ length: 16 }, (_, at) => [`key${at}`, 'value']))
    expect(withWaterfall(full, waterfall(0))).toEqual(full)
  })

  it.each([
    ['nobody asks', null, null, false],
    ['a session is traced', 'auto', null, false],
    ['a session asks', { metadata: { [waterfallKey]: true } }, null, true],
    ['a session asks in words', { metadata: { [waterfallKey]: 'on' } }, { topic: 'x' }, true],
    ['a response asks', null, { [waterfallKey]: 'on' }, true],
    ['a response does not want it', { metadata: { [waterfallKey]: true } }, { [waterfallKey]: 'off' }, false],
    ['metadata is something else', { metadata: 'on' }, null, false],
  ] as const)('is there where it is wanted: %s', (_, tracing, metadata, expected) => {
    expect(wantsWaterfall(tracing, metadata)).toBe(expected)
  })
})
