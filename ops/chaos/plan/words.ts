import type { Chance } from './chance.ts'

const words = [
  'amber birds cross quiet rivers before sunrise',
  'a tall clerk keeps every letter in a drawer',
  'nobody paints the old bridge in winter',
  'seven lanterns hang over the harbour wall',
  'the baker whistles while the bread cools',
  'two brothers carry water up the hill',
  'snow falls on the roof of the little school',
  'her uncle mends clocks behind the station',
] as const

/**
 * A few sentences in plain letters, hardly ever the same twice: they are spoken as they are written, and the audio of one cannot
 * be taken for that of another.
 */
export function sentences(chance: Chance): string {
  return Array.from({ length: chance.whole(1, 4) }, () => `Number ${letters(chance)}, ${chance.pick(words)}.`).join(' ')
}

function letters(chance: Chance): string {
  return Array.from({ length: 4 }, () => String.fromCharCode(97 + chance.whole(0, 25))).join('')
}
