import { z } from 'zod'
import { isBase64 } from './base64.ts'

/** 10 MiB of picture, in base64, after the longest head. */
const maxImageLength = Math.ceil((10 * 1024 * 1024) / 3) * 4 + 'data:image/jpeg;base64,'.length

const dataUri = /^data:image\/(?:png|jpe?g);base64,/

/** A picture on its way in: a data URI, so that no server is asked for it. */
export const imageUrl = z
  .string()
  .max(maxImageLength)
  .superRefine((url, context) => {
    if (url.length > maxImageLength) return
    const head = dataUri.exec(url)?.[0]
    if (head !== undefined && isBase64(url.slice(head.length))) return
    context.addIssue({ code: 'custom', message: 'Expected a base64 data URI of a PNG or JPEG image.' })
  })
  .describe('Data URI (base64) of a PNG or JPEG, at most 10 MiB.')
