import { describe, expect, it } from 'vitest'
import { speakable } from './speakable.ts'

describe('what is spoken of a text', () => {
  it.each([
    ['## A heading', 'A heading'],
    ['This is **very** *important* and __so__ _on_.', 'This is very important and so on.'],
    ['> Quoted\n- [x] done\n* star', 'Quoted done star'],
    ['Use `npm start` now', 'Use npm start now'],
    ['```js\nlet x\n```', 'let x'],
    ['See [the manual](https://example.com/a_b?c=d).', 'See the manual.'],
    ['See https://www.example.com/path/page.html?x=1.', 'See example.com.'],
    ['| a | b |\n|---|---|\n| 1 | 2 |', 'a b 1 2'],
    ['Great job! 🎉👨‍👩‍👧 🇫🇷 Thanks 👍🏽.', 'Great job! Thanks.'],
    ['2 * 3 = 6, snake_case, C# and 50% ™', '2 * 3 = 6, snake_case, C# and 50% ™'],
    ['half of **bold', 'half of bold'],
    ['half of a [link', 'half of a link'],
    ['a link](https://example.com/x) ends', 'a link ends'],
    ['🎉', ''],
    ['---\n', ''],
    ['...', ''],
    ['', ''],
  ])('of %j is %j', (text, speech) => {
    expect(speakable(text)).toBe(speech)
  })
})
