import { describe, expect, it } from 'vitest'
import { makeCatalogue } from './models.ts'

const fallback = { stt: 'whisper', llm: 'default', tts: 'kokoro', voice: 'alloy' } as const

describe('The model catalogue', () => {
  it.each([
    'gpt-realtime',
    'gpt-realtime-mini',
    'gpt-realtime-2',
    'gpt-realtime-2.1',
    'gpt-realtime-2025-08-28',
    'gpt-4o-realtime-preview',
    'gpt-4o-realtime-preview-2024-10-01',
    'gpt-4o-mini-realtime-preview',
  ])('serves OpenAI’s %s by the default pipeline', (name) =>
    expect(makeCatalogue(undefined, fallback)(name)).toEqual(fallback),
  )

  it.each([
    '',
    'gpt-4o',
    'gpt-realtime-whisper',
    'gpt-realtime-translate',
    'GPT-REALTIME',
    'x-gpt-realtime',
    '__proto__',
  ])('does not know %j', (name) => expect(makeCatalogue(undefined, fallback)(name)).toBeUndefined())

  it('fills what a configured model leaves out from the default pipeline', () => {
    const find = makeCatalogue({ support: { llm: 'smart', voice: 'echo' }, 'gpt-realtime': { tts: 'flite' } }, fallback)
    expect(find('support')).toEqual({ ...fallback, llm: 'smart', voice: 'echo' })
    expect(find('gpt-realtime')).toEqual({ ...fallback, tts: 'flite' })
  })
})
