import { idleTimeoutMs } from './await-user.ts'
import { act, type Draft, send } from './draft.ts'
import { changeEntry } from './entries.ts'
import { startResponse } from './start-response.ts'
import { tellWords } from './telling.ts'
import { withTranscript } from './transcription.ts'
import { closeUtterance, openUtterance } from './utterance.ts'

/** The user has said nothing for too long after a response: the silence becomes their turn, and is answered. */
export function breakSilence(draft: Draft): void {
  const { buffer, response, session } = draft.state
  if (idleTimeoutMs(draft.state) === null || buffer.itemId !== null || response !== null) return
  const { startMs, heardMs } = buffer
  const itemId = openUtterance(draft, startMs)
  send(draft, {
    type: 'input_audio_buffer.timeout_triggered',
    audio_start_ms: Math.round(startMs),
    audio_end_ms: Math.round(heardMs),
    item_id: itemId,
  })
  const entry = closeUtterance(draft, itemId, heardMs - startMs)
  act(draft, { kind: 'reset_listening' })
  changeEntry(draft, itemId, { transcription: 'done', item: withTranscript(entry.item, '') })
  tellWords(draft, entry, { text: '', audioMs: heardMs - startMs })
  if (session.audio.input.turn_detection?.create_response) startResponse(draft, undefined)
}
