/**
 * Longest texts that a client may give, in UTF-16 units. A session keeps them for as long as it lives, so none is without
 * a bound.
 */
export const maxLength = {
  instructions: 256_000,
  /** One part of a message; OpenAI's own limit. */
  text: 256_000,
  /** Arguments or output of one call. */
  call: 1_048_576,
  /** What leads the model or an engine: a description, a prompt for the transcription. */
  hint: 32_768,
  /** JSON of unknown shape, as text. */
  json: 131_072,
  /** Whatever names something. */
  name: 256,
  callId: 64,
  /** An id that need not be one of ours, to be looked up. */
  reference: 512,
}
