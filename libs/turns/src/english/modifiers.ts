import type { Rule } from './sentence.ts'

/** An adjective that follows an article ("I want a large") wants its noun; one that follows a verb ("it is cold") does not. */
export const afterModifier: Rule = ({ words, last }) => {
  if (degrees.has(last.text)) return words.length > 1 && last.text === 'too' ? undefined : 'unfinished'
  const noun = words.findLastIndex((word) => determiners.has(word.text))
  if (noun === -1 || noun === words.length - 1 || standsAlone.has(last.text) || last.is('Superlative')) return undefined
  const phrase = words.slice(noun + 1)
  return phrase.every((word) => word.is('Adjective') || plainAdjectives.has(word.text)) ? 'unfinished' : undefined
}

const degrees = new Set(['very', 'quite', 'extremely', 'rather'])
const determiners = new Set('a an the my your our their his another'.split(' '))
/** These follow an article without a noun. */
const standsAlone = new Set(
  'same other others latest first second third last next one only best worst most least'.split(' '),
)
/** Adjectives and nouns to the tagger, adjectives where an article is before them. */
const plainAdjectives = new Set(
  'new old large small big little red blue green black white long short good bad nice cheap few different first quick'.split(
    ' ',
  ),
)
