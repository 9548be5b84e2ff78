import { customAlphabet } from 'nanoid'

/** The prefixes that OpenAI's wire uses, and two that never reach a client: `job` for lane entries, `conn` for connections. */
export type IdPrefix = 'conn' | 'event' | 'sess' | 'conv' | 'item' | 'resp' | 'call' | 'job'
export type IdOf<P extends IdPrefix> = `${P}_${string}`
export type SessionId = IdOf<'sess'>
export type ItemId = string // clients may choose their own, so no prefix is promised
export type ResponseId = IdOf<'resp'>
export type JobId = IdOf<'job'>

const alphabet = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'
const random = customAlphabet(alphabet, 21)

/** Makes an unguessable id: the prefix, an underscore and 21 letters and digits (125 bits). */
export function newId<P extends IdPrefix>(prefix: P): IdOf<P> {
  return `${prefix}_${random()}`
}
