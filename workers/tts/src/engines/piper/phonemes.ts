import { text as readText } from 'node:stream/consumers'
import { hasSomethingToSay } from '../../text/clean-text.ts'
import type { Programs } from '../program/programs.ts'

/** Text as phonemes, by espeak-ng; the punctuation that shapes the melody is kept in its places. */
export async function phonemesOf(
  text: string,
  { espeak, voice, signal }: { espeak: Programs; voice: string; signal: AbortSignal },
): Promise<string> {
  const clauses = clausesOf(text)
  if (clauses.length === 0) return ''
  const input = clauses.map(({ words }) => `${words}\n`).join('')
  const args = ['-q', '-b', '1', '--ipa', '-v', voice] // without --stdin it reads line by line
  const { output, ended } = await espeak.start({ args, input, signal })
  const [spoken] = await Promise.all([readText(output), ended])
  const lines = spoken
    .split('\n')
    .map(clean)
    .filter((line) => line !== '')
  // A line that espeak-ng makes two of cannot be told from the others: the melody is simpler then.
  if (lines.length !== clauses.length) return `${lines.join(', ')}${clauses.at(-1)?.end ?? ''}`
  return lines.map((line, i) => `${line}${clauses[i]?.end ?? ''}`).join(' ')
}

interface Clause {
  words: string
  end: string
}

/** Cuts where punctuation stands at the end of a word; what else would make espeak-ng begin a new line is left out. */
export function clausesOf(text: string): Clause[] {
  const parts = text.replace(/[()[\]{}"“”„«»]|\s[–—-]+\s|[–—]/g, ' ').split(/([.,;:!?…。！？，；：、]+)(?=\s|$)/)
  const clauses: Clause[] = []
  for (let i = 0; i < parts.length; i += 2) {
    const words = (parts[i] ?? '').trim()
    if (hasSomethingToSay(words)) clauses.push({ words, end: parts[i + 1]?.slice(0, 1) ?? '' })
  }
  return clauses
}

/** Without marks of a change of language, and without what stands for begin, end and padding in a voice's alphabet. */
function clean(line: string): string {
  return line
    .replace(/\([a-z-]+\)/g, '')
    .replace(/[_^$]/g, '')
    .trim()
    .normalize('NFD')
}
