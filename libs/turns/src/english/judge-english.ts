import type { Completeness } from '../completeness.ts'
import { afterFiller } from './fillers.ts'
import { afterFunctionWord } from './function-words.ts'
import { afterModifier } from './modifiers.ts'
import { afterNumber } from './numbers.ts'
import { afterPreposition } from './prepositions.ts'
import { afterPronoun } from './pronouns.ts'
import { afterVerb } from './verbs.ts'
import { asClause } from './clauses.ts'
import { type Rule, sentenceOf } from './sentence.ts'

export interface EnglishVerdict {
  completeness: Completeness
  /** Its last word asks for another one, whatever the rest is. */
  isDangling: boolean
}

/** Judges English by its last words and by whether there is a whole clause, without regard to punctuation. */
export function judgeEnglish(text: string): EnglishVerdict {
  const sentence = sentenceOf(text)
  if (sentence === null) return { completeness: 'unknown', isDangling: false }
  for (const rule of byLastWord) {
    const verdict = rule(sentence)
    if (verdict !== undefined) return { completeness: verdict, isDangling: verdict === 'unfinished' }
  }
  return { completeness: asClause(sentence), isDangling: false }
}

/** The first that answers is right. */
const byLastWord: readonly Rule[] = [
  afterFiller,
  afterNumber,
  afterPreposition,
  afterFunctionWord,
  afterPronoun,
  afterVerb,
  afterModifier,
]
