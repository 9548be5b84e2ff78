import { createRequire } from 'node:module'
import { pathToFileURL } from 'node:url'
import { describe, expect, it } from 'vitest'
import { serverSamples } from './samples.testing.ts'
import { serverEvents } from './server-events.ts'
import { wireError } from './wire-error.ts'

describe('server events', () => {
  it.each(serverEvents.map((schema) => [schema.shape.type.value, schema] as const))(
    '%s fits its schema',
    (type, schema) => {
      expect(schema.safeParse(serverSamples[type])).toEqual({ success: true, data: serverSamples[type] })
      expect(schema.safeParse({ ...serverSamples[type], more: 1 }).success).toBe(false)
    },
  )

  it('are each defined once', () => {
    const types = serverEvents.map((schema) => schema.shape.type.value)
    expect(new Set(types).size).toBe(types.length)
  })

  const unknownToSdk: readonly string[] = [
    'session.resumed',
    'input_audio_buffer.timeout_triggered',
    'response.mcp_call.failed',
  ]
  const known = Object.values(serverSamples).filter(({ type }) => !unknownToSdk.includes(type))

  it.each(known)('$type is understood by the agents SDK', async (event) => {
    const { parseRealtimeEvent } = await agentsSdkParser()
    expect(parseRealtimeEvent({ data: JSON.stringify(event) })).toMatchObject({ isGeneric: false })
  })

  it('fills all five keys of an error', () => {
    expect(wireError({ code: 'c', message: 'm' })).toEqual({
      type: 'invalid_request_error',
      code: 'c',
      message: 'm',
      param: null,
      event_id: null,
    })
  })
})

interface AgentsSdkParser {
  /** `isGeneric`: the event did not fit the SDK's own schema, and its handlers are not called. */
  parseRealtimeEvent(event: { data: string }): { isGeneric: boolean }
}

/** The SDK keeps its parser to itself, so it is loaded from its file. */
async function agentsSdkParser(): Promise<AgentsSdkParser> {
  const main = createRequire(import.meta.url).resolve('@openai/agents-realtime')
  const file = new URL('openaiRealtimeEvents.mjs', pathToFileURL(main))
  return (await import(/* @vite-ignore */ file.href)) as AgentsSdkParser
}
