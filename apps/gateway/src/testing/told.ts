import type { SessionId } from '@voicebox/kernel'
import type { ServerEvent } from '@voicebox/protocol'
import { audioOf, numbersOf } from './tape.ts'
import { spoken } from './script.ts'

/** What is wrong with what a client was told, whatever it did and whoever told it. */
export function faultsIn(events: readonly ServerEvent[], sessionId: SessionId): string[] {
  const problems: string[] = []
  const must = (holds: boolean, what: string): void => void (holds || problems.push(what))
  const numbers = numbersOf(events, sessionId)
  numbers.forEach((number, at) => {
    const before = numbers[at - 1] ?? 0
    must(number > before, `number ${number} comes after ${before}`)
    // the end of a part takes a number even where nothing is left to be said
    must(number <= before + 2, `${before + 1} to ${number - 1} are missing`)
  })
  const order: string[] = []
  const responses = new Map<string, 'open' | 'done'>()
  for (const event of events) {
    if (event.type === 'conversation.item.added') {
      const { item, previous_item_id: previous } = event
      must(!order.includes(item.id ?? ''), `${item.id} is added twice`)
      must(previous === null || order.includes(previous), `${item.id} is added behind ${previous}, which is not there`)
      order.splice(previous === null ? 0 : order.indexOf(previous ?? '') + 1, 0, item.id ?? '')
    }
    if (event.type === 'conversation.item.deleted') order.splice(order.indexOf(event.item_id), 1)
    if (event.type === 'response.created') {
      must(!responses.has(event.response.id), `${event.response.id} is created twice`)
      responses.set(event.response.id, 'open')
    }
    if ('response_id' in event) must(responses.get(event.response_id) === 'open', `${event.type} outside its response`)
    if (event.type !== 'response.done') continue
    const { id } = event.response
    must(responses.get(id) === 'open', `${id} is done ${responses.get(id) ?? 'before it begins'}`)
    responses.set(id, 'done')
    problems.push(...faultsInSpeech(events, event))
  }
  return problems
}

/** The answers of the scripted model: each sample says where it belongs. */
function faultsInSpeech(
  events: readonly ServerEvent[],
  { response }: Extract<ServerEvent, { type: 'response.done' }>,
): string[] {
  const deltas = events.flatMap((event) =>
    event.type === 'response.output_audio_transcript.delta' && event.response_id === response.id ? [event.delta] : [],
  )
  const whole = deltas.flatMap((text, segment) => [...spoken(text, segment)])
  const came = audioOf(events, response.id)
  const wrong = came.findIndex((sample, at) => sample !== whole[at])
  if (wrong >= 0) return [`sample ${wrong} of ${response.id} is ${came[wrong]} in place of ${whole[wrong]}`]
  if (response.status !== 'completed' || came.length === whole.length || response.output_modalities?.[0] === 'text')
    return []
  return [`${response.id} has ${came.length} samples in place of ${whole.length}`]
}
