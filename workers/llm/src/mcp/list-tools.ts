import { ResultSchema } from '@modelcontextprotocol/sdk/types.js'
import type { ListedTool } from '@voicebox/streams'
import { type Answer, asObject, notMcp } from './answer.ts'
import type { McpConnection } from './connection.ts'
import { cut } from './cut.ts'
import type { Redaction } from './redact.ts'

/** What a server lists, as far as it is taken. */
export interface Listing {
  tools: ListedTool[]
  /** How many tools were not taken; those of pages that were not asked for are not counted. */
  leftOut: number
}

const maxPages = 64
const maxTools = 512
const maxNameChars = 256
const maxDescriptionChars = 4_096
const maxSchemaBytes = 64 << 10
const maxSchemasBytes = 1 << 20
const maxAnnotationsBytes = 4 << 10

/** Asks for all pages of a server's tools. A tool that is too large or is none is left out, a description cut, a second of one name ignored. */
export async function listTools(connection: McpConnection, redaction: Redaction): Promise<Answer<Listing>> {
  const tools = new Map<string, ListedTool>()
  let leftOut = 0
  let schemasBytes = 0
  let cursor: string | undefined
  for (let pages = 0; pages < maxPages; pages++) {
    const params = cursor === undefined ? {} : { cursor }
    const page = await connection.ask((client, options) =>
      client.request({ method: 'tools/list', params }, ResultSchema, options),
    )
    if ('error' in page) return page
    const { tools: listed, nextCursor: next } = page.value
    if (!Array.isArray(listed)) return { error: notMcp }
    for (const tool of listed.map(asObject)) {
      const { name, description, inputSchema, annotations } = tool ?? {}
      const maxBytes = Math.min(maxSchemaBytes, maxSchemasBytes - schemasBytes)
      const schema = tools.size === maxTools ? null : bounded(redaction.json(inputSchema), maxBytes)
      if (!isName(name) || tools.has(name) || schema?.value['type'] !== 'object') {
        leftOut += 1
        continue
      }
      schemasBytes += schema.bytes
      tools.set(name, {
        name: redaction.text(name),
        description: typeof description === 'string' ? cut(redaction.text(description), maxDescriptionChars) : '',
        inputSchema: schema.value,
        annotations: bounded(redaction.json(annotations), maxAnnotationsBytes)?.value ?? null,
      })
    }
    if (typeof next !== 'string' || next === cursor || tools.size === maxTools) break
    cursor = next
  }
  return { value: { tools: [...tools.values()], leftOut } }
}

function isName(name: unknown): name is string {
  return typeof name === 'string' && name !== '' && name.length <= maxNameChars
}

/** An object of so many bytes at most, as JSON. */
function bounded(value: unknown, maxBytes: number): { value: Record<string, unknown>; bytes: number } | null {
  const object = asObject(value)
  if (object === null) return null
  const bytes = Buffer.byteLength(JSON.stringify(object))
  return bytes > maxBytes ? null : { value: object, bytes }
}
