/** What a transcript begins with before its first word, as token ids. */
export interface Opening {
  /** Given to the model. */
  prefix: number[]
  /** Then the model chooses one of each of these: the language that it hears, and what always follows it. */
  choices: readonly (readonly number[])[]
}

/** The model's tokens that are not words. */
export interface ControlTokens {
  startOfTranscript: number
  /** Precedes the words to expect. */
  startOfPrevious: number | undefined
  /** By ISO-639-1; `null` for a model that knows English only, whose transcripts name neither language nor task. */
  languages: ReadonlyMap<string, number> | null
  transcribe: number | undefined
  noTimestamps: number | undefined
}

/** `language`: one that the model knows. The prompt's tokens are taken as they are. */
export function openingOf(
  tokens: ControlTokens,
  { language, promptTokens = [] }: { language?: string | undefined; promptTokens?: readonly number[] },
): Opening {
  const previous = promptTokens.length > 0 ? [tokens.startOfPrevious, ...promptTokens] : []
  const start = [...previous, tokens.startOfTranscript]
  const { languages, transcribe, noTimestamps } = tokens
  if (languages === null) return { prefix: given([...start, noTimestamps]), choices: [] }
  const known = language === undefined ? [...languages.values()] : given([languages.get(language)])
  if (known.length === 1) return { prefix: given([...start, ...known, transcribe, noTimestamps]), choices: [] }
  return { prefix: given(start), choices: [known, ...given([transcribe, noTimestamps]).map((token) => [token])] }
}

function given(tokens: readonly (number | undefined)[]): number[] {
  return tokens.filter((token) => token !== undefined)
}
