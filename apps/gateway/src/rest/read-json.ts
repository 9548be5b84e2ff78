import type { HonoRequest } from 'hono'

export type JsonBody = { ok: true; json: unknown } | { ok: false; status: 400 | 415; code: string; message: string }

/** Reads a request's body, which may be left out and then counts as `{}`. */
export async function readJson(request: HonoRequest): Promise<JsonBody> {
  const text = await request.text()
  if (text.trim() === '') return { ok: true, json: {} }
  const mediaType = (request.header('content-type') ?? 'application/json').split(';')[0]?.trim().toLowerCase()
  if (mediaType !== 'application/json') {
    const message = 'The body must be JSON, with the header Content-Type: application/json.'
    return { ok: false, status: 415, code: 'unsupported_media_type', message }
  }
  try {
    return { ok: true, json: JSON.parse(text) as unknown }
  } catch {
    return { ok: false, status: 400, code: 'invalid_json', message: 'The request body is not valid JSON.' }
  }
}
