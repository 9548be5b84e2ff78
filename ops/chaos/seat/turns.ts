import { sleep } from '@voicebox/kernel'
import { bytesOf } from '@voicebox/audio'
import type { Turn, TurnOf } from '../plan/conversations.ts'
import { lookUpArguments, reportOf, toLookUp, toSay } from '../stage/answers.ts'
import { type Scene, ask, created, done, make, makeUserMessage, transcriptionEnds } from './scene.ts'
import { speak } from './speak.ts'

/** Plays a turn to its end; rejects with `Stuck` when it does not come. */
export async function playTurn(scene: Scene, turn: Turn): Promise<void> {
  switch (turn.kind) {
    case 'ask':
      return askFor(scene, turn)
    case 'cancel':
      return cancel(scene, turn)
    case 'truncate':
      return truncate(scene, turn)
    case 'aside':
      return askAside(scene, turn)
    case 'call':
      return call(scene, turn)
    case 'instruct':
      return instruct(scene, turn)
    case 'forget':
      return forget(scene, turn)
    case 'dictate':
      return dictate(scene, turn)
    case 'speak':
      return speak(scene, turn)
  }
}

async function askFor(scene: Scene, { words, modality }: TurnOf<'ask'>): Promise<void> {
  makeUserMessage(scene, toSay(words))
  await done(scene, ask(scene, { words, modality, call: null }))
}

async function cancel(scene: Scene, { words, afterMs }: TurnOf<'cancel'>): Promise<void> {
  makeUserMessage(scene, toSay(words))
  const tag = ask(scene, { words, modality: 'audio', call: null })
  const { response } = await created(scene, tag)
  await sleep(afterMs)
  scene.line.send({ type: 'response.cancel', event_id: scene.name('event'), response_id: response.id })
  await done(scene, tag)
}

async function truncate(scene: Scene, { words, heardShare }: TurnOf<'truncate'>): Promise<void> {
  const { line } = scene
  makeUserMessage(scene, toSay(words))
  const response = await done(scene, ask(scene, { words, modality: 'audio', call: null }))
  const itemId = response.output[0]?.id
  if (itemId === undefined || response.status !== 'completed') return
  const audio_end_ms = Math.floor(audioMsOf(scene, response.id) * heardShare)
  const at = { item_id: itemId, content_index: 0, audio_end_ms }
  line.send({ type: 'conversation.item.truncate', event_id: scene.name('event'), ...at })
  await line.next('conversation.item.truncated', ({ item_id }) => item_id === itemId)
}

function audioMsOf({ line }: Scene, responseId: string): number {
  const bytes = line.transcript.received.map(({ event }) =>
    event.type === 'response.output_audio.delta' && event.response_id === responseId
      ? Buffer.byteLength(event.delta, 'base64')
      : 0,
  )
  return bytes.reduce((sum, length) => sum + length, 0) / 48
}

async function askAside(scene: Scene, { words, meanwhile }: TurnOf<'aside'>): Promise<void> {
  makeUserMessage(scene, toSay(words))
  const tag = ask(scene, { words, modality: 'audio', call: null })
  const input = [
    {
      type: 'message' as const,
      role: 'user' as const,
      content: [{ type: 'input_text' as const, text: toSay(meanwhile) }],
    },
  ]
  const aside = ask(scene, { words: meanwhile, modality: 'text', call: null }, { conversation: 'none', input })
  await Promise.all([done(scene, tag), done(scene, aside)])
}

async function call(scene: Scene, { city }: TurnOf<'call'>): Promise<void> {
  makeUserMessage(scene, toLookUp(city))
  const wanted = { name: 'look_up', arguments: lookUpArguments(city) }
  const response = await done(scene, ask(scene, { words: '', modality: 'text', call: wanted }))
  const item = response.output.find(({ type }) => type === 'function_call')
  if (item?.type !== 'function_call' || response.status !== 'completed') return
  const output = `fine in ${city}`
  make(scene, { type: 'function_call_output', call_id: item.call_id, output })
  await done(scene, ask(scene, { words: reportOf(output), modality: 'audio', call: null }))
}

async function instruct({ line, name }: Scene, { instructions }: TurnOf<'instruct'>): Promise<void> {
  line.send({ type: 'session.update', event_id: name('event'), session: { type: 'realtime', instructions } })
  await line.next('session.updated')
}

async function forget(scene: Scene, { words }: TurnOf<'forget'>): Promise<void> {
  const id = makeUserMessage(scene, words)
  scene.line.send({ type: 'conversation.item.delete', event_id: scene.name('event'), item_id: id })
  await scene.line.next('conversation.item.deleted', ({ item_id }) => item_id === id)
}

async function dictate({ line, name, recordings }: Scene, { recording }: TurnOf<'dictate'>): Promise<void> {
  const samples = recordings.get(recording) ?? new Int16Array(0)
  const frame = 2_400
  for (let at = 0; at < samples.length; at += frame) {
    const piece = samples.slice(at, at + frame)
    const audio = Buffer.from(bytesOf(piece)).toString('base64')
    line.send({ type: 'input_audio_buffer.append', audio }, piece.length)
    await sleep(20)
  }
  line.send({ type: 'input_audio_buffer.commit', event_id: name('event') })
  const { item_id: committed } = await line.next('input_audio_buffer.committed')
  await line.next(transcriptionEnds, ({ item_id }) => item_id === committed)
}
