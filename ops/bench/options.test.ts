import { expect, it } from 'vitest'
import { readArguments } from './options.ts'

const known = ['density', 'lanes']

it('measures everything, and writes beside the data, unless it is told otherwise', () => {
  expect(readArguments([], known)).toEqual({ names: [], out: '.voicebox/bench', peers: [], items: 10_000_000 })
  const asked = ['lanes', '--out', 'here', '--peer', 'a=ws://x/v1?b=c', '--peer', 'd=wss://y', '--items', '5']
  expect(readArguments(asked, known)).toEqual({
    names: ['lanes'],
    out: 'here',
    peers: [
      { name: 'a', url: 'ws://x/v1?b=c' },
      { name: 'd', url: 'wss://y' },
    ],
    items: 5,
  })
})

it.each([
  [['speed'], 'There is no measurement speed: there are density, lanes'],
  [['--items', '0'], "--items must be a whole number above 0, not '0'"],
  [['--peer', 'http://x'], "--peer must be name=ws://…, not 'http://x'"],
  [['--fast'], "Unknown option '--fast'"],
])('says what is wrong with %j', (args, wrong) => {
  expect(readArguments(args, known)).toEqual({ wrong: expect.stringContaining(wrong) as string })
})
