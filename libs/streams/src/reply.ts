import { z } from 'zod'

// Replies are asked for as bytes, so that payloads survive; these are what they are checked with.
export const bytes = z.instanceof(Buffer)
export const text = bytes.transform((value) => value.toString())
/** One entry of a stream: its id, then its fields and values, alternating. */
export const streamEntry = z.tuple([text, z.array(bytes)])
