import { describe, expect, it } from 'vitest'
import { joinTexts } from './join-texts.ts'

describe('the texts of windows', () => {
  it.each([
    [['one two', '', 'three'], 'one two three'],
    [['今日は', '天気がいい。', 'はい'], '今日は天気がいい。はい'],
    [['今日は', 'OK'], '今日は OK'],
    [[], ''],
  ])('are joined as their script writes words: %j', (texts, joined) => {
    expect(joinTexts(texts)).toBe(joined)
  })
})
