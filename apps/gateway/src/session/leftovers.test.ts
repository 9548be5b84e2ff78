import { defaultSession } from '@voicebox/protocol'
import { type Input, openSession, step } from '@voicebox/session'
import { describe, expect, it } from 'vitest'
import { leftoversOf } from './leftovers.ts'

const sessionId = 'sess_abcdefghijklmnopqrstu'

function play(inputs: readonly Input[]): ReturnType<typeof leftoversOf> {
  const session = defaultSession({ id: sessionId, model: 'gpt-realtime', expiresAt: 0 })
  let state = openSession({ session, sessionId })
  for (const input of inputs) state = step(state, input)[0]
  return leftoversOf(state)
}

const event = (body: Extract<Input, { kind: 'client_event' }>['event']): Input => ({
  kind: 'client_event',
  event: body,
})
const server = { type: 'mcp' as const, server_label: 'files', server_url: 'https://files.example/mcp' }

describe('What a session leaves behind', () => {
  it('is nothing, if nothing is under way', () => {
    expect(play([])).toEqual({ subjects: [], spokenItemIds: [], unsettled: [] })
  })

  it('is a server that is being asked, even if its item was deleted or never shown', () => {
    const deleted = play([
      event({ type: 'session.update', session: { type: 'realtime', tools: [server] } }),
      event({ type: 'conversation.item.delete', item_id: 'item_abcdefghijklmno000001' }),
    ])
    expect(deleted.subjects).toEqual(['item_abcdefghijklmno000001'])
    const unseen = play([event({ type: 'response.create', response: { conversation: 'none', tools: [server] } })])
    expect(unseen.subjects).toHaveLength(2)
  })

  it('is audio that a client gave, and the transcription of it that a response waits for', () => {
    const { subjects, spokenItemIds, unsettled } = play([
      event({
        type: 'conversation.item.create',
        item: { type: 'message', id: 'said', role: 'user', content: [{ type: 'input_audio', audio: 'AAAAAAAA' }] },
      }),
      event({ type: 'response.create' }),
    ])
    expect(spokenItemIds).toEqual(['said'])
    expect(subjects).toContain('said')
    expect(unsettled).toHaveLength(1)
  })
})
