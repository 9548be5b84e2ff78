import { type ResumableWebSocket, resumable } from '@voicebox/client'
import { sleep } from '@voicebox/kernel'
import type { ClientEvent, ServerEvent } from '@voicebox/protocol'
import { WebSocket } from 'ws'
import { apiKey } from '../stage/stage.ts'
import type { ConnectionChange, Transcript } from '../transcript.ts'
import { type Inbox, Stuck, makeInbox } from './inbox.ts'

/** One session as a client has it: what it sends and gets is written down. */
export interface Line extends Pick<Inbox, 'next' | 'mark'> {
  readonly transcript: Transcript
  /** `samples`: how many an append has. */
  send(event: ClientEvent, samples?: number): void
  /** The address that its latest connection went to. */
  readonly at: string
  /** Ends its connection as a network does. */
  cut(): void
  /** Ends the session. */
  close(): Promise<void>
}

export interface LineOptions {
  transcript: Transcript
  /** Of the gateways, that which is tried first before the others. */
  urls: readonly string[]
  now(): number
  /** How long anything is waited for. */
  waitMs: number
}

/** Opens a session, however often that must be tried. */
export async function openLine(options: LineOptions): Promise<Line> {
  const untilMs = options.now() + options.waitMs
  for (;;) {
    const line = await tryLine(options)
    if (line !== null) return line
    if (options.now() > untilMs) throw new Stuck(`a session within ${options.waitMs} ms`)
    await sleep(300)
  }
}

/** Null when nobody lets it in. */
function tryLine({ transcript, urls, now, waitMs }: LineOptions): Promise<Line | null> {
  const inbox = makeInbox({ transcript, now, waitMs })
  let at = ''
  let below: WebSocket | undefined
  let isIn = false
  const tell = (kind: ConnectionChange['kind'], code: number | null = null, reason = ''): void =>
    void transcript.connections.push({ atMs: Math.round(now()), kind, url: at, code, reason })

  const socket = resumable(
    (url) => {
      at = url
      below = new WebSocket(url, { headers: { authorization: `Bearer ${apiKey}` } })
      below.on('error', (error) => {
        if (isIn) tell('refused', statusOf(error), error.message)
      })
      return below
    },
    { url: urls, resumeWithinMs: 60_000 },
  )
  const line: Line = {
    transcript,
    next: inbox.next,
    mark: inbox.mark,
    get at() {
      return at
    },
    send(event, samples) {
      const text = JSON.stringify(event)
      const kept = event.type === 'input_audio_buffer.append' ? { ...event, audio: '' } : event
      const number = transcript.sent.length + 1
      transcript.sent.push({ atMs: Math.round(now()), number, event: kept, ...(samples !== undefined && { samples }) })
      if (socket.readyState === socket.OPEN) socket.send(text)
    },
    cut: () => below?.terminate(),
    async close() {
      const closed = ended(socket)
      socket.close(1000)
      await closed
    },
  }

  return new Promise((resolve) => {
    let error = ''
    socket.addEventListener('error', (event) => {
      error = 'message' in event ? String(event.message) : 'error'
    })
    socket.addEventListener('message', ({ data }) => {
      const event = JSON.parse(String(data)) as ServerEvent
      inbox.add(event)
      if (isIn || event.type !== 'session.created') return
      isIn = true
      tell('opened')
      resolve(line)
    })
    socket.addEventListener('resuming', ({ code, reason }) => tell('lost', code, reason))
    socket.addEventListener('resumed', () => tell('resumed'))
    socket.addEventListener('close', ({ code, reason }) => {
      const why = socket.failure === null ? reason : `${reason} ${JSON.stringify(socket.failure)}`.trim()
      inbox.end(`closed with ${code} ${why}`)
      if (isIn) return tell('closed', code, why)
      tell('refused', statusOf({ message: error }), error || `${code} ${why}`)
      resolve(null)
    })
  })
}

/** The HTTP status by which a gateway refuses. */
function statusOf({ message }: { message: string }): number | null {
  const status = /server response: (\d{3})/.exec(message)?.[1]
  return status === undefined ? null : Number(status)
}

function ended(socket: ResumableWebSocket): Promise<void> {
  return new Promise((resolve) => {
    if (socket.readyState === socket.CLOSED) resolve()
    else socket.addEventListener('close', () => resolve())
  })
}
