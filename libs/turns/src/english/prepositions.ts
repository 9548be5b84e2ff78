import type { Rule, Sentence } from './sentence.ts'

/** A preposition wants its noun, unless it belongs to a verb ("turn it on") or its noun came before ("where are you from"). */
export const afterPreposition: Rule = (sentence) => {
  const { text } = sentence.last
  if (!prepositions.has(text)) return undefined
  return isPartOfVerb(sentence) || isStranded(sentence) || isAdverb(sentence) ? 'finished' : 'unfinished'
}

const prepositions = new Set(
  (
    'about after against along among around as at before behind below beneath beside between beyond by despite down during ' +
    'except for from in into near of off on onto out over per since than through till to toward towards under until up ' +
    'upon via with within without'
  ).split(' '),
)

/** Verbs, by what their forms begin with, that go with a particle after them or after their object. */
const phrasal: Record<string, RegExp> = {
  in: verbs('log|sign|check|com|came|fill|plug|hand|drop|mov|let|zoom|opt|chip|giv|break|stay|join|dial|phon'),
  on: verbs('turn|switch|com|came|go|hold|held|hang|mov|carr|log|sign|put|tr[iy]|keep|kept|pass|catch|add'),
  over: verbs('start|com|pull|tak|think|hand|is|are|was'),
  around: verbs('look|walk|turn|mess|mov|get|play|ask'),
  through: verbs('go|get|got|put|com|came|pull'),
  along: verbs('com|get|play|sing'),
  by: verbs('stop|drop|pass|com|go'),
}
/** These go with hardly anything but a verb where they are last. */
const particles = new Set(['up', 'down', 'out', 'off'])

function verbs(stems: string): RegExp {
  return new RegExp(`^(?:${stems})(?:e|s|es|ed|ing|y|ied|ies|(.)(?:ed|ing))?$`, 'u')
}

function isPartOfVerb({ words, last }: Sentence): boolean {
  if (particles.has(last.text)) return words.length > 1
  return words.slice(-6, -1).some(({ text }) => phrasal[last.text]?.test(text) === true)
}

/** The question word, or the thing that a clause is about, is the noun: what follows it ends with a verb or a subject. */
function isStranded({ words, last, before, opening }: Sentence): boolean {
  if (before === undefined || before.text === 'like' || !strandable.has(last.text)) return false
  const isSaidOfIt = before.is('Verb') ? !copulas.has(before.text) : before.is('Pronoun') || before.text === 'this'
  if (!isSaidOfIt) return false
  const [first = '', second = ''] = opening
  if (questionWords.test(first) && second !== 'time') return true
  return words.slice(1, -2).some((word) => relatives.has(word.text)) && before.is('Verb')
}

const strandable = new Set('about after at for from in into of on to with'.split(' '))
const copulas = new Set("is are am was were be been 's".split(' '))
const questionWords = /^(?:what|who|whom|which|where)(?:'s|'re)?$/u
const relatives = new Set('what who whom which where that one thing something anything nothing everything'.split(' '))

/** "I have been there before", "the day after" */
function isAdverb({ last, before }: Sentence): boolean {
  return /^(?:before|after|since)$/u.test(last.text) && before !== undefined && adverbHosts.has(before.text)
}

const adverbHosts = new Set(
  'there here it that this them you him her me ever never day night week month year soon long one'.split(' '),
)
