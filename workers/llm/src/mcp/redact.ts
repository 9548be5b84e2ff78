import type { McpServer } from '@voicebox/streams'

/** Takes the secrets of a server out of what it says. */
export interface Redaction {
  text(text: string): string
  /**
   * The same for JSON, its keys included. Undefined when it is nested deeper than anything sensible is: what it is given to
   * next may not bear it.
   */
  json(value: unknown): unknown
}

/**
 * Secret are the authorization (with and without its scheme), the values of all headers and of the URL's query: a server may
 * quote them in errors, and in what it says otherwise. What is shorter than four characters hides nothing, and without it
 * words would be torn apart.
 */
export function makeRedaction(server: McpServer): Redaction {
  const secrets = secretsOf(server)
  const text = (given: string): string => secrets.reduce((left, secret) => left.replaceAll(secret, redacted), given)
  return {
    text,
    json(value) {
      try {
        return redactJson(value, text, 0)
      } catch (error) {
        if (error === tooDeep) return undefined
        throw error
      }
    },
  }
}

const redacted = '[redacted]'
const minSecretChars = 4
const maxDepth = 64
const tooDeep = new Error('Nested too deeply')

/** Longer ones first, as one may contain another; as they are, and as JSON has them. */
function secretsOf({ url, authorization = '', headers = {} }: McpServer): string[] {
  const token = authorization.replace(/^\S+\s+/, '')
  const said = [authorization, token, ...Object.values(headers), ...queryValues(url)].map((secret) => secret.trim())
  const quoted = said.map((secret) => JSON.stringify(secret).slice(1, -1))
  const secrets = new Set([...said, ...quoted].filter(({ length }) => length >= minSecretChars))
  return [...secrets].sort((a, b) => b.length - a.length)
}

/** As the URL has them, and decoded. */
function queryValues(text: string): string[] {
  const url = URL.parse(text)
  if (url === null) return []
  const raw = url.search.split(/[?&]/).map((pair) => pair.slice(pair.indexOf('=') + 1))
  return [...raw, ...url.searchParams.values()]
}

function redactJson(value: unknown, text: (given: string) => string, depth: number): unknown {
  if (depth > maxDepth) throw tooDeep
  if (typeof value === 'string') return text(value)
  if (Array.isArray(value)) return value.map((entry) => redactJson(entry, text, depth + 1))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value).map(([key, entry]) => [text(key), redactJson(entry, text, depth + 1)]),
  )
}
