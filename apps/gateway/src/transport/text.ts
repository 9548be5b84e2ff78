import { isAscii } from 'node:buffer'

/** Decodes a text frame. Frames are nearly all JSON around base64, and ASCII decodes twice as fast when it is known to be that. */
export function decodeText(frame: Buffer): string {
  return isAscii(frame) ? frame.toString('latin1') : frame.toString('utf8')
}
