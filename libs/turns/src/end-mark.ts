/** How a text ends: with a full stop or its like, with another mark that ends a sentence, with one that says that more comes, or with none. */
export type EndMark = 'full_stop' | 'question' | 'open' | 'none'

export function endMark(text: string): EndMark {
  const end = text.trimEnd().replace(closing, '')
  if (open.test(end) || title.test(end)) return 'open'
  if (question.test(end)) return 'question'
  return fullStop.test(end) && !number.test(end) ? 'full_stop' : 'none'
}

/** Quotation marks and brackets after the mark. */
const closing = /["'”’»)\]]+$/u
const open = /(?:\.\.+|…|[,;:،、，；：]|[-–—])\s*$/u
/** Something with a dot that stands before a name or an example. */
const title = /(?:^|[\s(])(?:mr|mrs|ms|dr|prof|st|no|vs|e\.g|i\.e|approx|dept|fig|gen|rev|hon)\.$/iu
const question = /[?!؟？！]$/u
const fullStop = /[.。।۔｡]$/u
/** The dot may be its decimal point. */
const number = /\d\.$/u
