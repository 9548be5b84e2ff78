import { LogitsProcessor, StoppingCriteria, type Tensor } from '@huggingface/transformers'
import type { Opening } from './opening.ts'

/** Lets each row choose its opening only among what its opening allows. */
export function choiceProcessor(openings: readonly Opening[]): LogitsProcessor {
  return processor((length, rows) => {
    for (const [index, scores] of rows.entries()) {
      const { prefix, choices } = openings[index] ?? { prefix: [], choices: [] }
      const allowed = choices[length - prefix.length]
      if (allowed === undefined) continue
      const kept = allowed.map((token): [number, number] => [token, scores[token] ?? -Infinity])
      scores.fill(-Infinity)
      for (const [token, score] of kept) scores[token] = score
    }
  })
}

/** Forbids the tokens as the first one after the opening. */
export function startProcessor(forbidden: readonly number[], openingLength: number): LogitsProcessor {
  return processor((length, rows) => {
    if (length !== openingLength) return
    for (const scores of rows) for (const token of forbidden) scores[token] = -Infinity
  })
}

/** How sure the model is of the tokens of the rows that ask for it. */
export interface Sureness {
  /** To be the last of the processors. */
  processor: LogitsProcessor
  /** The logarithms of the probabilities of the row's tokens so far, from the text's first on; undefined where none are wanted. */
  of(row: number): readonly number[] | undefined
}

/** Holds for a generation that chooses the likeliest token. */
export function makeSureness(wanted: readonly boolean[], openingLength: number): Sureness {
  const logprobs = wanted.map((isWanted): number[] | undefined => (isWanted ? [] : undefined))
  return {
    of: (row) => logprobs[row],
    processor: processor((length, rows) => {
      if (length < openingLength) return
      for (const [row, scores] of rows.entries()) logprobs[row]?.push(likeliest(scores))
    }),
  }
}

/** The greatest log-softmax of the scores. */
function likeliest(scores: Float32Array): number {
  let greatest = -Infinity
  for (const score of scores) if (score > greatest) greatest = score
  let sum = 0
  for (const score of scores) sum += Math.exp(score - greatest)
  return Math.min(0, -Math.log(sum))
}

export interface WatchedRow {
  /** Most tokens of the text. */
  longest: number
  isWanted(): boolean
  /** The text is complete; not called when the row is unwanted by then. */
  onTokens(ids: number[]): void
}

/**
 * Ends a row at its end token, where transformers.js would go on until all rows of a batch give theirs in the same step;
 * and tells its text then, so that a short utterance need not wait for a long one.
 */
export function transcriptWatch(
  rows: readonly WatchedRow[],
  openingLength: number,
  endTokens: readonly number[],
): StoppingCriteria {
  const open = new Set(rows)
  return Object.assign(new StoppingCriteria(), {
    _call(ids: readonly (readonly bigint[])[]): boolean[] {
      return rows.map((row, index) => {
        const text = (ids[index] ?? []).slice(openingLength).map(Number)
        if (open.has(row) && isComplete(row, text)) {
          open.delete(row)
          if (row.isWanted()) row.onTokens(text.filter((token) => !endTokens.includes(token)))
        }
        return !open.has(row)
      })
    },
  })

  function isComplete(row: WatchedRow, text: readonly number[]): boolean {
    const last = text.at(-1)
    return !row.isWanted() || (last !== undefined && (endTokens.includes(last) || text.length >= row.longest))
  }
}

/** `edit` gets how many tokens the rows have, and the scores of each row's next token, which it may change. */
function processor(edit: (length: number, rows: readonly Float32Array[]) => void): LogitsProcessor {
  return Object.assign(new LogitsProcessor(), {
    _call(ids: readonly (readonly bigint[])[], logits: Tensor): Tensor {
      const scores = logits.data as Float32Array
      const width = scores.length / ids.length
      edit(
        ids[0]?.length ?? 0,
        ids.map((_, row) => scores.subarray(row * width, (row + 1) * width)),
      )
      return logits
    },
  })
}
