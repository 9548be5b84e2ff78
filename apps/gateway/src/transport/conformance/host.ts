import type { Log } from '@voicebox/kernel'
import type { Acceptance, ListenOptions, Listener, Socket, SocketHandlers, Transport, UpgradeRequest } from '../port.ts'

export interface TlsFiles {
  keyFile: string
  certFile: string
}

/** One socket as the application saw it. */
export interface Seen {
  socket: Socket
  texts: string[]
  binaries: number
  drains: number
  closes: { code: number; reason: string }[]
}

/** A listener under test with everything that the application side of it saw. Text is echoed unless `onText` says otherwise. */
export interface Host {
  listener: Listener
  asked: UpgradeRequest[]
  seen: Seen[]
  /** The errors that reached the log. */
  logged: unknown[]
  url(path?: string): string
}

export interface HostOptions extends Partial<Omit<ListenOptions, 'accept' | 'log'>> {
  accept?: (request: UpgradeRequest, open: (socket: Socket) => SocketHandlers) => Acceptance | Promise<Acceptance>
  onOpen?: (socket: Socket) => void
  onText?: (socket: Socket, text: string) => void
}

export type OpenHost = (options?: HostOptions) => Promise<Host>

export async function openHost(
  transport: Transport,
  tls: TlsFiles | undefined,
  options: HostOptions = {},
): Promise<Host> {
  const { accept = acceptAll, onOpen, onText, ...listenOptions } = options
  const asked: UpgradeRequest[] = []
  const seen: Seen[] = []
  const logged: unknown[] = []
  const open = (socket: Socket): SocketHandlers => {
    const record: Seen = { socket, texts: [], binaries: 0, drains: 0, closes: [] }
    seen.push(record)
    onOpen?.(socket)
    return {
      onText: (text) => {
        record.texts.push(text)
        if (onText === undefined) socket.send(text)
        else onText(socket, text)
      },
      onBinary: () => (record.binaries += 1),
      onDrain: () => (record.drains += 1),
      onClose: (code, reason) => record.closes.push({ code, reason }),
    }
  }
  const listener = await transport.listen({
    host: '127.0.0.1',
    port: 0,
    ...(tls === undefined ? {} : { tls }),
    maxFrameBytes: 1024 * 1024,
    maxSendBufferBytes: 16 * 1024 * 1024,
    pingIntervalMs: 20_000,
    fetch: () => new Response('not found', { status: 404 }),
    ...listenOptions,
    accept: (request) => {
      asked.push(request)
      return accept(request, open)
    },
    log: logTo(logged),
  })
  const origin = `${tls === undefined ? 'ws' : 'wss'}://127.0.0.1:${String(listener.port)}`
  return { listener, asked, seen, logged, url: (path = '/v1/realtime') => `${origin}${path}` }
}

const acceptAll: NonNullable<HostOptions['accept']> = (_request, open) => ({ kind: 'accept', open })

function logTo(logged: unknown[]): Log {
  const write = (fields: Record<string, unknown>): void => void logged.push(fields['error'])
  return { debug: write, info: write, warn: write, error: write }
}
