import { hasSomethingToSay } from './clean-text.ts'

/**
 * Cuts text into pieces for engines that give no audio before they have spoken all they were given. A piece takes about
 * as long to say as `maxLength` letters at most; it ends with a sentence where possible, else with a clause or a word.
 */
export function splitIntoPieces(text: string, maxLength = 240): string[] {
  const pieces: string[] = []
  for (let rest = text; rest !== '';) {
    const head = longestHead(rest, maxLength)
    const end = head.length === rest.length ? rest.length : bestEnd(head)
    pieces.push(rest.slice(0, end).trim())
    rest = rest.slice(end).trimStart()
  }
  return pieces.filter(hasSomethingToSay)
}

function longestHead(text: string, maxLength: number): string {
  let length = 0
  let end = 0
  for (const character of text) {
    length += spokenLength(character)
    if (length > maxLength && end > 0) break
    end += character.length
  }
  return text.slice(0, end)
}

/** In letters. Digits, signs and ideographs are spoken as words. */
function spokenLength(character: string): number {
  return /[^\p{Script=Han}]/u.test(character) && /[\p{L}\p{M}\s.,;:!?'"()…–—-]/u.test(character) ? 1 : 9
}

const ends = [/[.!?…]["'”’)\]]*\s|[。！？]/gu, /[,;:]["'”’)\]]*\s|\s[–—-]+\s|[，；：、]/gu, /\s/gu]

function bestEnd(head: string): number {
  for (const end of ends) {
    const last = [...head.matchAll(end)].at(-1)
    if (last !== undefined) return last.index + last[0].length
  }
  return head.length
}
