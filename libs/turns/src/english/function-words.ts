import type { Rule, Sentence } from './sentence.ts'

/** Articles, conjunctions, auxiliaries and question words: most of them open something. */
export const afterFunctionWord: Rule = (sentence) => {
  const { text } = sentence.last
  if (openers.has(text) || contraction.test(text)) return 'unfinished'
  if (demonstratives.has(text)) return afterDemonstrative(sentence)
  if (quantities.has(text)) return afterQuantity(sentence)
  if (auxiliaries.has(text)) return afterAuxiliary(sentence)
  if (questionWords.has(text)) return afterQuestionWord(sentence)
  return undefined
}

const openers = new Set(
  (
    'the a an my your our their its every and or but nor because cause if while although unless whether whereas until ' +
    'except such'
  ).split(' '),
)
/** "I'm", "what's", "we'll": never last, unlike "can't". */
const contraction = /(?<!n)'(?:m|s|re|ll|d|ve)$/u
const demonstratives = new Set(['this', 'that', 'these', 'those'])
const quantities = new Set(['some', 'any', 'few', 'several', 'many', 'much', 'no'])
const auxiliaries = new Set(
  'is are am was were be been being do does did have has had will would can could shall should may might must'.split(
    ' ',
  ),
)
const questionWords = new Set(['what', 'who', 'where', 'when', 'why', 'how', 'which', 'whose'])

const wh = /^(?:what|who|whom|which|where|when|why|how)(?:'s|'re|'d)?$/u
const inverted =
  /^(?:do|does|did|can|could|should|would|will|shall|must|may|might|is|are|was|were|have|has|had)(?:n't)?$/u

/** "cancel that", but not "I think that", nor "the one that". */
function afterDemonstrative({ last, before }: Sentence): ReturnType<Rule> {
  if (last.text !== 'that' || before === undefined) return undefined
  return clauseOpeners.has(before.text) ? 'unfinished' : 'finished'
}

const clauseOpeners = new Set(
  (
    'think thought knew say says tell told believe hope sure wish so one thing something everything anything me him her them ' +
    'us you means feel'
  ).split(' '),
)

/** "do you have any", "play some", "how many" want a noun; "I do not have any" and "no" do not. */
function afterQuantity({ words, last }: Sentence): ReturnType<Rule> {
  if (words.length === 1 || last.text === 'much') return last.text === 'no' ? 'finished' : undefined
  return words.some(({ text }) => /n't$|^not$|^never$/u.test(text)) ? 'finished' : 'unfinished'
}

/** "yes it is", "tell me what it is", "how much do I have" end so; "what time is", "I will" do not. */
function afterAuxiliary({ words, last, before, opening }: Sentence): ReturnType<Rule> {
  const texts = words.map(({ text }) => text)
  const isAnswer =
    /^(?:yes|yeah|yep|no|nope|sure|of|so|neither|nor)$/u.test(texts[0] ?? '') ||
    /^(?:yes|no|course)$/u.test(before?.text ?? '')
  if (isAnswer && before?.is('Pronoun')) return 'finished'
  const [first = '', ...rest] = opening
  const asks = wh.test(first)
  if (asks && isMainVerb(last.text) && rest.some((word) => inverted.test(word)))
    return texts.length >= 4 ? 'finished' : 'unfinished'
  const embedded = texts.findLastIndex((text) => wh.test(text))
  const isEmbedded = embedded > 0 && embedded < texts.length - 2
  return isEmbedded && (isCopula(last.text) || last.text === 'do') ? 'finished' : 'unfinished'
}

const isMainVerb = (word: string): boolean => /^(?:do|have|be)$/u.test(word)
const isCopula = (word: string): boolean => /^(?:is|are|am|was|were|be)$/u.test(word)

/** "why", "guess what" and "I do not know where" end so; "tell me what" and "do you know how" do not. */
function afterQuestionWord({ words, before }: Sentence): ReturnType<Rule> {
  if (before === undefined) return 'finished'
  const isUnknown = /^(?:know|sure|remember|matter|idea|guess)$/u.test(before.text)
  return isUnknown && words.some(({ text }) => /n't$|^(?:not|no|guess)$/u.test(text)) ? 'finished' : 'unfinished'
}
