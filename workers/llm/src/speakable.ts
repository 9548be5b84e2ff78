/**
 * Makes text fit to be spoken: Markdown's markers and pictures go, a link is its label, an address its host. Empty if
 * nothing is left to say. Markers may be cut in two by segments, so that each is taken off by itself, never as a pair.
 */
export function speakable(text: string): string {
  const plain = rules.reduce((rest, [pattern, spoken]) => rest.replace(pattern, spoken), text).trim()
  return /[\p{L}\p{N}]/u.test(plain) ? plain : ''
}

const rules: readonly (readonly [RegExp, string])[] = [
  // fences, rules and table borders fill lines of their own
  [/^[ \t]*(?:```|~~~)[^\n`]*$/gm, ' '],
  [/^[ \t]*[-*_=|:+ \t]{3,}$/gm, ' '],
  // an image and a link: their label
  [/!?\[([^\]\n]*)\]\([^)\s]*\)/g, '$1'],
  [/\]\([^)\s]*\)/g, ' '],
  [/\bhttps?:\/\/(?:www\.)?([^\s/?#)]+)(?:[/?#][^\s)]*[^\s).,;:!?'"])?\/?/gi, '$1'],
  // headings, quotes and bullets begin a line
  [/^[ \t]*(?:(?:#{1,6}|>|[-*+•])[ \t]+)+(?:\[[ xX]\][ \t])?/gm, ''],
  // emphasis touches the word; a star or underscore between two words stays
  [/`+|\*\*+|~~/g, ''],
  [/(?<![\w*])\*(?=\S)|(?<=\S)\*(?![\w*])/g, ''],
  [/(?<![\p{L}\p{N}_])_+(?=\S)|(?<=\S)_+(?![\p{L}\p{N}_])/gu, ''],
  [/[[\]|]/g, ' '],
  // pictures, with what joins and colours them; © ® ™ ‼ ⁉ are text
  [/(?![©®™‼⁉])[\p{Extended_Pictographic}\p{Regional_Indicator}][\p{Emoji_Modifier}\u200d\ufe0f\u20e3]*/gu, ''],
  [/\s+/g, ' '],
  [/ (?=[.,!?](?:\s|$))/g, ''],
]
