import type { Rule } from './sentence.ts'

/** Sounds and words by which people keep the floor while they think. */
export const afterFiller: Rule = ({ words, last, opening }) => {
  const end = words.map(({ text }) => text).join(' ')
  if (floorKeepers.test(end)) return 'unfinished'
  if (last.text === 'so') return soAsAnswer.test(end) ? 'finished' : 'unfinished'
  if (last.text === 'like') return isAsked(opening) && likeInQuestion.test(end) ? 'finished' : 'unfinished'
  return undefined
}

const floorKeepers =
  /(?:^|\s)(?:u+h*m+|uh+|er+m?|h+m+|mm+|ah|and then|you know|i mean|let me see|let's see|hold on|hang on|(?:just )?(?:a|one) (?:second|moment|sec)|wait|basically|actually i|^well|kind of|sort of)$/u
const soAsAnswer = /(?:think|thought|hope|guess|suppose|believe|say|said|do|even|why|not|more|afraid) so$/u
const likeInQuestion =
  /(?:look|looks|sound|sounds|feel|smell|taste|be|is|was|would you|do you|does (?:he|she|it)|you) like$/u

function isAsked([first = '']: readonly string[]): boolean {
  return /^(?:what|how|who|which|where|as|if)(?:'s)?$/u.test(first)
}
