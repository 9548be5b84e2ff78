import { describe, expect, it } from 'vitest'
import { waterfallText } from './waterfall-text.ts'

const told = {
  v: 1,
  first: 700,
  total: 1_000,
  stages: [
    ['endpointing', 0, 500],
    ['stt.commit', 500, 2],
    ['stt.wait', 502, 1],
    ['stt#2', 503, 100],
    ['llm.first', 610, 40],
    ['tts.0', 650, 300],
    ['delivery', 700, 0],
  ],
  by: { stt: 'pocketsphinx', llm: 'a-provider-of-a-long-name', tts: 'flite' },
  more: 3,
}

describe('The waterfall of a turn', () => {
  it('is drawn as bars, with who took the time and how much', () => {
    expect(waterfallText(JSON.stringify(told))?.split('\n')).toEqual([
      'first output 700 ms, whole turn 1000 ms after it began',
      '                                           at ms     ms',
      'endpointing                gateway             0    500  █████████████████████',
      '  recognition: commit      gateway           500      2                       █',
      '  recognition: lane wait   redis             502      1                       █',
      'recognition, attempt 2     pocketsphinx      503    100                       ████',
      '  language: first output   a-provider-o…     610     40                           ██',
      'speech 0                   flite             650    300                             ████████████',
      'delivery                   gateway           700      0                               │',
      '(3 more stages found no room)',
    ])
  })

  it('is readable in 100 columns, however long the turn was', () => {
    for (const total of [0, 1, 999_999]) {
      const text = waterfallText(JSON.stringify({ ...told, total, stages: [['tts.63.first', total, total]] }))
      for (const line of text?.split('\n') ?? []) expect(line.length).toBeLessThanOrEqual(100)
    }
  })

  it.each(['', 'on', '{}', '{"v":1,"total":"much"}'])('is none where a server says %j', (text) => {
    expect(waterfallText(text)).toBeNull()
  })
})
