/** What `pocketsphinx_continuous -time yes` prints: a phrase as soon as it is over, then the words of it. */
export type Line = { kind: 'phrase'; text: string } | { kind: 'word'; text: string; logprob: number }

/** Null for what is no speech: empty lines, silence, noise. */
export function lineOf(line: string): Line | null {
  const text = line.trim()
  const [, word, confidence] = timedWord.exec(text) ?? []
  if (word === undefined) return text === '' ? null : { kind: 'phrase', text }
  if (noSpeech.test(word)) return null
  const logprob = Math.log(Math.min(Math.max(Number(confidence), leastShown), 1))
  return { kind: 'word', text: word.replace(pronunciation, ''), logprob }
}

/** Word, begin and end in seconds, confidence; no phrase is like it, because the language model writes numbers as words. */
const timedWord = /^(\S+) \d+\.\d{3} \d+\.\d{3} (\d+\.\d+)$/u
const noSpeech = /^(?:<.*>|\[.*\]|\+\+.*\+\+)$/u
/** "the(2)" is "the" as it is said before a vowel. */
const pronunciation = /\(\d+\)$/u
/** Less is printed as 0. */
const leastShown = 1e-6
