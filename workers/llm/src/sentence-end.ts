const sentences = new Intl.Segmenter('en', { granularity: 'sentence' })

/**
 * Finds where the first sentence or line of a text ends, its trailing space included; 0 while that cannot be told. It is
 * told by what follows: a letter or digit after the space, or anything at all after a newline or a CJK full stop.
 *
 * The rules are Unicode's (UAX 29), which hold for every language, less the abbreviations below: `Intl.Segmenter` takes
 * no list of its own, and CLDR's has "Is." and "Go." but not "Dr.".
 */
export function sentenceEnd(text: string): number {
  let end = 0
  for (const { segment } of sentences.segment(text)) {
    end += segment.length
    if (end === text.length) return 0
    if (isSentence(text.slice(0, end), text.slice(end))) return end + leadingSpace(text.slice(end))
  }
  return 0
}

/** Whether a text would be whole if nothing came after it: it ends a sentence, and neither an abbreviation nor a number. */
export function seemsFinished(text: string): boolean {
  return /(?:[!?…。！？｡]|(?<![\d.])\.)["'”’»)\]*_]*\s*$/u.test(text) && !endsInAbbreviation(text, '')
}

function isSentence(text: string, after: string): boolean {
  if (/[\n\r\u2028\u2029]\s*$/u.test(text)) return /\S/u.test(after)
  if (/[。！？｡．]["'”’」』）)\]]*\s*$/u.test(text)) return /\S/u.test(after)
  // without the space it is a dot in a name or a question mark in an address
  if (!/\s$/u.test(text) || !/[\p{L}\p{N}]/u.test(after)) return false
  const isQuoteInside = /[!?]["'”’»)]+\s+$/u.test(text) && /^\p{Ll}/u.test(after)
  return !isQuoteInside && !endsInAbbreviation(text, after)
}

function leadingSpace(text: string): number {
  return /^\s*/u.exec(text)?.[0].length ?? 0
}

function endsInAbbreviation(text: string, after: string): boolean {
  const word = /([^\s"'“‘([]+)\.\s*$/u.exec(text)?.[1]
  if (word === undefined) return false
  // "J. Smith", "U.S. Army", "at 5 p.m. on"
  if (/^(?:\p{L}\.)*\p{L}$/u.test(word)) return true
  // "1. First", "b. Second": the marker belongs to its line
  if (/^\s*\(?\d{1,3}\.\s*$/u.test(text)) return true
  return titles.has(word.toLowerCase()) || (beforeNumbers.has(word.toLowerCase()) && /^\d/u.test(after))
}

const words = (list: string): ReadonlySet<string> => new Set(list.split(' '))
/** Abbreviations that a capital letter follows within a sentence, and that seldom end one. */
const titles = words(
  'dr mr mrs ms mx prof st sr jr gen col capt lt sgt maj rev hon gov sen rep pres mt ft vs approx dept messrs ' +
    'hr fr frl bzw ca evtl ggf dipl ing nr str mme mlle mm mgr sra srta dra dña ud uds sig dott avv',
)
/** Abbreviations before a number, and words or months else. */
const beforeNumbers = words('no nos fig figs vol ch sec pp art eq jan feb mar apr jun jul aug sep sept oct nov dec')
