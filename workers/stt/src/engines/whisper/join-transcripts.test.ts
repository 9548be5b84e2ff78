import { describe, expect, it } from 'vitest'
import { joinTranscripts } from './join-transcripts.ts'

describe('the transcripts of windows', () => {
  it.each([
    [['one two', '', 'three'], 'one two three'],
    [['今日は', '天気がいい。', 'はい'], '今日は天気がいい。はい'],
    [['今日は', 'OK'], '今日は OK'],
    [[], ''],
  ])('are joined as their script writes words: %j', (texts, joined) => {
    const transcripts = texts.map((text) => ({ text, logprobs: Array.from(text, (token) => ({ token, logprob: -1 })) }))
    const { text, logprobs } = joinTranscripts(transcripts)
    expect(text).toBe(joined)
    expect(logprobs.map(({ token }) => token).join('')).toBe(joined)
  })
})
