import { describe, expect, it } from 'vitest'
import { makeCatalogue } from './models.ts'

const fallback = { stt: 'whisper', llm: 'default', tts: 'kokoro', voice: 'alloy', contextTokens: 32_000 } as const

describe('The model catalogue', () => {
  const stock = makeCatalogue(undefined, fallback)

  it.each([
    'gpt-realtime',
    'gpt-realtime-mini',
    'gpt-realtime-2',
    'gpt-realtime-2.1',
    'gpt-realtime-2025-08-28',
    'gpt-4o-realtime-preview',
    'gpt-4o-realtime-preview-2024-10-01',
    'gpt-4o-mini-realtime-preview',
  ])('serves OpenAI’s %s by the default pipeline', (name) => {
    expect(stock.find(name)).toEqual(fallback)
    expect(stock.has(name)).toBe(true)
  })

  it.each(['', 'gpt-4o', 'gpt-realtime-translate', 'GPT-REALTIME', 'x-gpt-realtime', '__proto__'])(
    'does not know %j',
    (name) => {
      expect(stock.find(name)).toBeUndefined()
      expect(stock.has(name)).toBe(false)
    },
  )

  it.each(['whisper-1', 'gpt-4o-transcribe', 'gpt-4o-mini-transcribe-2025-12-15', 'gpt-realtime-whisper'])(
    'knows %s, which does not speak',
    (name) => {
      expect(stock.find(name)).toBeUndefined()
      expect(stock.has(name)).toBe(true)
      expect(stock.transcribing).toEqual(fallback)
    },
  )

  it('fills what a configured model leaves out from the default pipeline', () => {
    const { find } = makeCatalogue(
      { support: { llm: 'smart', voice: 'echo', contextTokens: 8_000 }, 'gpt-realtime': { tts: 'flite' } },
      fallback,
    )
    expect(find('support')).toEqual({ ...fallback, llm: 'smart', voice: 'echo', contextTokens: 8_000 })
    expect(find('gpt-realtime')).toEqual({ ...fallback, tts: 'flite' })
  })

  it('shows each name once, and none that it does not know', () => {
    const { names, has } = makeCatalogue({ support: {}, 'gpt-realtime': {} }, fallback)
    expect(names).toEqual([...new Set(names)])
    expect(names).toEqual(expect.arrayContaining(['support', 'gpt-realtime', 'gpt-4o-realtime-preview', 'whisper-1']))
    expect(names.filter((name) => !has(name))).toEqual([])
  })
})
