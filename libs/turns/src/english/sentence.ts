import nlp from 'compromise/two'

/** The last words of what was said, tagged, with what it began with. Never empty. */
export interface Sentence {
  /** From its first word on: all of a short one, the last of a long one. */
  words: readonly Word[]
  last: Word
  /** Nothing, where there is one word. */
  before: Word | undefined
  /** The first words, small, after greetings and fillers. */
  opening: readonly string[]
}

/** Answers for the endings that it knows. */
export type Rule = (sentence: Sentence) => 'finished' | 'unfinished' | undefined

export interface Word {
  /** In small letters. */
  text: string
  is(tag: Tag): boolean
}

export type Tag = 'Verb' | 'Auxiliary' | 'Noun' | 'Pronoun' | 'Adjective' | 'Superlative' | 'Value' | 'Infinitive'

/** The words after the last mark that ends a sentence; null where there are none. */
export function sentenceOf(text: string): Sentence | null {
  const spoken = text.split(/[.?!]+\s+/u).findLast((part) => /[\p{L}\p{N}]/u.test(part)) ?? ''
  const plain = spoken.replace(/’/gu, "'").replace(/[^\p{L}\p{N}'\s-]/gu, '')
  const tokens = plain.split(/\s+/u).filter((token) => /[\p{L}\p{N}]/u.test(token))
  const words = tagged(tokens.slice(-mostWords))
  const last = words.at(-1)
  if (last === undefined) return null
  const lower = tokens.map((token) => token.toLowerCase())
  const opening = lower.slice(lower.findIndex((word) => !prefaces.has(word)))
  return { words, last, before: words.at(-2), opening: opening.slice(0, 4) }
}

/** What the tagger takes well under a millisecond for. */
const mostWords = 12

const prefaces = new Set('so and okay ok well hello hi hey um uh yes no please sorry then but now'.split(' '))

interface Term {
  text: string
  tags?: string[]
}

function tagged(tokens: readonly string[]): Word[] {
  const sentences = nlp(tokens.join(' ')).json({ offset: false }) as { terms: Term[] }[]
  const words: Word[] = []
  for (const { text, tags = [] } of sentences.flatMap(({ terms }) => terms)) {
    if (text !== '') words.push({ text: text.toLowerCase(), is: (tag) => tags.includes(tag) })
  }
  return words
}
