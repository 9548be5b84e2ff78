import type { Rule, Sentence } from './sentence.ts'

/** Verbs that want more, unless a question asks for just that: "I want", but "what do you want". */
export const afterVerb: Rule = (sentence) => {
  const { last, before } = sentence
  if (!incomplete.test(last.text)) return undefined
  if (isAsked(sentence) || isAside(sentence)) return 'finished'
  if (before !== undefined && /^(?:a|an|the|my|your|this|that|no)$/u.test(before.text)) return undefined // a noun then
  return 'unfinished'
}

const incomplete =
  /^(?:want|wants|need|needs|wanted|needed|think|thought|believe|guess|mean|say|said|says|tell|told|give|put|set|book|bring|make|let|add|buy|send|get|find|looking|trying|wondering|hoping|planning|thinking|asking|interested|going|called|named|seems|seem|became|become|sounds|looks|feels|please|gonna|wanna)$/u

/** A question word took what the verb wants. */
function isAsked({ words }: Sentence): boolean {
  return words
    .slice(0, -2)
    .some(({ text }) => /^(?:what|who|which|where|how|whatever|when|why)(?:'s|'re|'d)?$/u.test(text))
}

/** "it is fine I think", "as you say", "show my kitchen please" */
function isAside({ words, last }: Sentence): boolean {
  const head = words.slice(0, -1)
  if (last.text === 'please') return words.length > 2 && !/^(?:you|i|we)$/u.test(head.at(-1)?.text ?? '')
  if (/^(?:think|guess|believe|said|thought)$/u.test(last.text))
    return head.slice(0, -1).some((word) => word.is('Verb'))
  return /^(?:as|if)$/u.test(words[0]?.text ?? '') || /^(?:bye|no|yes)$/u.test(head.at(-1)?.text ?? '')
}
