import type { Rule, Sentence } from './sentence.ts'

/** A subject wants its verb ("can you", "said that I"); an object ends a clause ("call me"). */
export const afterPronoun: Rule = (sentence) => {
  const { text } = sentence.last
  if (subjects.has(text)) return endsQuestion(sentence) || isEcho(sentence) ? 'finished' : 'unfinished'
  if (!either.has(text)) return undefined
  return asksByIt(sentence) ? (endsQuestion(sentence) ? 'finished' : 'unfinished') : wantsGift(sentence)
}

const subjects = new Set(['i', 'he', 'she', 'we', 'they'])
const either = new Set(['it', 'you', 'me', 'him', 'her', 'us', 'them', 'this', 'that'])

const copula = /^(?:am|is|are|was|were|'s)$/u
const auxiliary = /^(?:am|is|are|was|were|do|does|did|can|could|would|will|should|shall|may|might|have|has|had)$/u
const wh = /^(?:what|who|where|when|why|how|which)$/u

/** "where is she", "how are you", "what time is it": nothing of the question is missing. */
function endsQuestion({ before, opening }: Sentence): boolean {
  const [first = ''] = opening
  return (
    before !== undefined &&
    ((wh.test(first) && copula.test(before.text)) || /^(?:who|where|how|what)'s$/u.test(before.text))
  )
}

/** "so do I" */
function isEcho({ opening }: Sentence): boolean {
  return /^(?:so|neither|nor|do|am)$/u.test(opening[0] ?? '') && opening.length <= 3 && opening.length > 1
}

/** The pronoun follows what asks with it: "can you", "what does it", "why don't you". */
function asksByIt({ before, words }: Sentence): boolean {
  if (before === undefined) return false
  if (/n't$/u.test(before.text)) return words.length <= 3
  return auxiliary.test(before.text) && words.at(-1)?.text !== 'me'
}

/** "tell me", "let me" and "show them" want what is told, let or shown. */
function wantsGift({ before, last, opening }: Sentence): ReturnType<Rule> {
  if (before === undefined || last.text === 'it' || last.text === 'that' || last.text === 'this') return undefined
  const [first = ''] = opening
  return ditransitive.test(before.text) && !wh.test(first) ? 'unfinished' : undefined
}

const ditransitive = /^(?:tell|show|give|remind|let|get|find|bring|make|lend|hand|book|teach|told|gave|showed)$/u
