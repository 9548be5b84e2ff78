import type { Completeness } from '../completeness.ts'
import type { Sentence } from './sentence.ts'

/** Judges words of which the last asks for nothing: whether they are a clause, or an answer that needs none. */
export function asClause(sentence: Sentence): Completeness {
  const { words, last, opening } = sentence
  const verbs = verbGroups(sentence)
  const [first = '', second = ''] = opening
  if (subordinators.has(first) && !inverted.test(second) && verbs < 2) return 'unfinished'
  if (verbs > 0) return 'finished'
  if (words.length > longestAnswer) return 'unknown'
  return subjectStart.test(first) && !pronominal.test(last.text) ? 'unknown' : 'finished'
}

/** "if", "when" and their like promise another clause. */
const subordinators = new Set('if when whenever while although though unless once'.split(' '))
const inverted = /^(?:is|are|was|were|do|does|did|can|could|will|would|should|shall|have|has|had|'s)(?:n't)?$/u
/** A longer string of words without a verb is none that anybody would answer with. */
const longestAnswer = 6
/** What may be an answer as well as the subject of what comes next. */
const subjectStart = /^(?:the|my|your|our|their|his|her|this|that|these|those|a|an)$/u
/** With these it is no subject but an answer: "the same", "the second one". */
const pronominal = /^(?:same|one|ones|other|others|first|last|best|latter|former|latest|cheapest|biggest)$/u

function verbGroups({ words }: Sentence): number {
  return words.filter((word, at) => isVerb(word) && !(words[at - 1]?.is('Verb') ?? false)).length

  function isVerb(word: (typeof words)[number]): boolean {
    return word.is('Verb') || /'(?:s|re|m|ve|ll|d)$/u.test(word.text)
  }
}
