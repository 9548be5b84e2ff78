import type { WebSocket } from 'ws'

/**
 * One session as the gateways keep it. What was taken survives any of them, what was not is forgotten with the connection; events
 * that were sent are kept for those who come back.
 */
export interface FakeSession {
  readonly id: string
  /** Events of the client that were taken, and its audio, which is taken apart from them. */
  readonly takenEvents: readonly string[]
  readonly takenAudio: readonly string[]
  /** What should not have come, or not there. */
  readonly faults: readonly string[]
  readonly sent: readonly string[]
  /** The client's connection, if it has one. */
  readonly socket: WebSocket | null
  emit(fields?: Record<string, unknown>): void
  /** Takes what has come, but leaves the last so many appends to be sent again. */
  take(appendsLeft?: number): void
  connect(socket: WebSocket, lastEventId: string | null, sendsAgain: boolean, mood: Mood): void
}

/** How a gateway treats a connection once it is open. */
export type Mood = 'kind' | 'mute' | 'cuts_first' | 'cuts_resumed' | 'cuts_replay' | 'repeats'

export function makeFakeSession(id: string): FakeSession {
  const series = `event_${id.slice('sess_'.length).padEnd(15, '0').slice(0, 15)}`
  const takenEvents: string[] = []
  const takenAudio: string[] = []
  const faults: string[] = []
  const sent: string[] = []
  let socket: WebSocket | null = null
  /** In the order of arrival: events that are not taken yet, appends that are not taken yet. */
  let events: { number: number; text: string }[] = []
  let audio: typeof events = []
  let received = { events: 0, audio_from: 1 }
  /** Numbers of appends that were counted, but are wanted again. */
  let wanted: number[] = []
  let expected: number[] = []
  let counted = 0

  return {
    id,
    takenEvents,
    takenAudio,
    faults,
    sent,
    get socket() {
      return socket
    },
    emit,
    take,
    connect(next, lastEventId, sendsAgain, mood) {
      if (socket !== null) socket.close(4001, 'session_resumed_elsewhere')
      socket = next
      if (!sendsAgain) {
        wanted = []
        received = { events: received.events, audio_from: received.events + 1 }
      }
      counted = received.events
      expected = [...wanted]
      events = []
      audio = []
      next.on('message', (data: Buffer) => {
        if (socket === next) receive(data.toString())
      })
      next.on('error', () => {})
      next.on('close', () => {
        if (socket === next) socket = null
      })
      if (mood === 'mute') return
      if (mood === 'cuts_first') return next.terminate()
      if (lastEventId === null) return emit({ type: 'session.created', session: { id } })
      next.send(JSON.stringify({ type: 'session.resumed', event_id: 'event_x', session: { id }, received }))
      if (mood === 'cuts_resumed') return next.terminate()
      const missed = mood === 'repeats' ? sent : sent.slice(sent.findIndex((event) => event.includes(lastEventId)) + 1)
      for (const event of mood === 'cuts_replay' ? missed.slice(0, missed.length / 2) : missed) next.send(event)
      if (mood === 'cuts_replay') next.terminate()
    },
  }

  function emit(fields: Record<string, unknown> = { type: 'told' }): void {
    const event = JSON.stringify({ event_id: `${series}${digits(sent.length + 1)}`, ...fields })
    sent.push(event)
    socket?.send(event)
  }

  function receive(text: string): void {
    const { type, n } = JSON.parse(text) as { type: string; n: number }
    const isAgain = expected.length > 0
    const number = expected.shift() ?? (counted += 1)
    if (number !== n) faults.push(`${text} came as number ${number}`)
    if (type === 'input_audio_buffer.append') audio.push({ number, text })
    else if (isAgain) faults.push(`${text} came again`)
    else events.push({ number, text })
  }

  function take(appendsLeft = 0): void {
    if (expected.length > 0) return
    const split = Math.max(0, audio.length - appendsLeft)
    takenEvents.push(...events.map(({ text }) => text))
    takenAudio.push(...audio.slice(0, split).map(({ text }) => text))
    events = []
    audio = audio.slice(split)
    wanted = audio.map(({ number }) => number)
    received = { events: counted, audio_from: wanted[0] ?? counted + 1 }
  }
}

const alphabet = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'

function digits(number: number): string {
  let text = ''
  for (let rest = number; text.length < 6; rest = Math.floor(rest / 62)) text = `${alphabet[rest % 62] ?? ''}${text}`
  return text
}
