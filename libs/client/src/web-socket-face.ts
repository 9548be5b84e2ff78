import type { ResumeFailure } from './failure.ts'
import { type Link, openLink } from './link.ts'
import { type ResumableOptions, settingsFrom } from './options.ts'
import type { ResumableEvents, ResumableState, ResumableWebSocket } from './resumable-web-socket.ts'
import type { WebSocketLike } from './web-socket-like.ts'

type Handler<K extends keyof ResumableEvents> = ((event: ResumableEvents[K]) => void) | null

/** A link with the looks of a WebSocket. A class, because events need an EventTarget. */
export class WebSocketFace extends EventTarget implements ResumableWebSocket {
  readonly CONNECTING = 0
  readonly OPEN = 1
  readonly CLOSING = 2
  readonly CLOSED = 3
  readonly url: string
  readonly extensions = ''
  binaryType: 'blob' | 'arraybuffer' = 'blob'
  onopen: Handler<'open'> = null
  onmessage: Handler<'message'> = null
  onerror: Handler<'error'> = null
  onclose: Handler<'close'> = null
  onresuming: Handler<'resuming'> = null
  onresumed: Handler<'resumed'> = null
  readonly #link: Link
  #protocol = ''
  #failure: ResumeFailure | null = null

  constructor(open: (url: string) => WebSocketLike, options: ResumableOptions) {
    super()
    const settings = settingsFrom(options)
    this.url = settings.addresses[0]
    for (const type of eventTypes) {
      this.addEventListener(type, (event) => (this[`on${type}`] as ((event: Event) => void) | null)?.(event))
    }
    // told as an event, so that what it throws is nobody's but the application's
    this.addEventListener('statechange', () => options.onStateChange?.(this.state))
    this.#link = openLink(open, settings, {
      onState: () => this.#tell('statechange'),
      onOpen: (protocol) => {
        this.#protocol = protocol
        this.#tell('open')
      },
      onMessage: (data) => this.dispatchEvent(new MessageEvent('message', { data })),
      onResuming: ({ code, reason }) => this.#tell('resuming', { code, reason }),
      onResumed: (about) => this.#tell('resumed', about),
      onError: (error) => this.#tell('error', error),
      onClose: (how, failure) => {
        this.#failure = failure
        this.#tell('close', how)
      },
    })
  }

  get state(): ResumableState {
    return this.#link.state
  }
  get readyState(): 0 | 1 | 2 | 3 {
    return readyStates[this.state]
  }
  get protocol(): string {
    return this.#protocol
  }
  get bufferedAmount(): number {
    return this.#link.bufferedBytes
  }
  get failure(): ResumeFailure | null {
    return this.#failure
  }

  send(data: unknown): void {
    if (typeof data !== 'string') throw new TypeError('Realtime events are sent as text')
    this.#link.send(data)
  }

  close(code?: number, reason?: string): void {
    this.#link.close(code, reason)
  }

  #tell(type: keyof ResumableEvents | 'statechange', about: object = {}): void {
    this.dispatchEvent(Object.assign(new Event(type), about))
  }
}

const eventTypes = ['open', 'message', 'error', 'close', 'resuming', 'resumed'] as const
const readyStates = { connecting: 0, open: 1, resuming: 1, closing: 2, closed: 3 } as const
