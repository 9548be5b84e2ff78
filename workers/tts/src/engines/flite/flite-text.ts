import { hasSomethingToSay } from '../../text/clean-text.ts'

/** Text as flite can read it, which is ASCII: accents fall off, typographic signs become plain. May be empty. */
export function fliteText(text: string): string {
  const plain = spoken.reduce((rest, [pattern, words]) => rest.replace(pattern, words), text)
  const ascii = plain
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .replace(/[^\x20-\x7e]+/g, ' ')
    .trim()
  return hasSomethingToSay(ascii) ? ascii : ''
}

const spoken: readonly (readonly [RegExp, string])[] = [
  [/[‘’‛]/g, "'"],
  [/[“”„«»]/g, '"'],
  [/[‐‑]/g, '-'],
  [/[–—]/g, ' - '],
  [/ß/g, 'ss'],
  [/[Ææ]/g, 'ae'],
  [/[Œœ]/g, 'oe'],
  [/[Øø]/g, 'o'],
  [/[Łł]/g, 'l'],
  [/€\s?([\d.,]*\d)/g, '$1 euros'],
  [/£\s?([\d.,]*\d)/g, '$1 pounds'],
  [/°/g, ' degrees'],
]
