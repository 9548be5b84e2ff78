import type { Rule } from './sentence.ts'

/** Digits that are said one by one: whether these may be all of them. */
export const afterNumber: Rule = ({ words }) => {
  const texts = words.map(({ text }) => text)
  const firstDigit = texts.findLastIndex((text) => !digit.test(text)) + 1
  const digits = texts.slice(firstDigit).join('').length === 0 ? 0 : countDigits(texts.slice(firstDigit))
  if (digits === 0) return undefined
  const context = texts.slice(0, firstDigit).join(' ')
  const isSpelt = spelt.test(context)
  if (isSpelt) return digits < (shortCode.test(context) ? shortest.code : shortest.number) ? 'unfinished' : 'finished'
  const isOneByOne = texts.length - firstDigit >= 2
  return isOneByOne && digits < shortest.code ? 'unfinished' : undefined
}

const digit = /^(?:\d+|zero|oh|one|two|three|four|five|six|seven|eight|nine|double)$/u
/** "my phone number is", "the code's", "call me on" */
const spelt = /(?:number|phone|code|pin|zip|card|account)(?:'s| is| was)$|(?:call|reach) me (?:at|on)$/u
const shortCode = /(?:code|pin|zip)(?:'s| is| was)$/u
/** Fewer are not a whole one. */
const shortest = { code: 4, number: 6 }

function countDigits(texts: readonly string[]): number {
  return texts.reduce((sum, text) => sum + (/^\d+$/u.test(text) ? text.length : 1), 0)
}
