import { WebSocket } from 'ws'

/** One client, which costs next to nothing: of what it is told it reads no more than it must. */
export interface Seat {
  send(frame: Buffer | object): void
  /** Calls back with each event, its type, when it came, and a way to read the rest of it. */
  onEvent: (type: string, cameAtMs: number, read: () => Record<string, unknown>) => void
  /** Resolves with the time when the next event of the type comes; fails when the connection ends, or nothing comes for a minute. */
  next(type: string): Promise<number>
  /** Resolves when the server has told of the session. */
  readonly created: Promise<unknown>
  readonly connectMs: number
  close(): Promise<void>
}

const patienceMs = 60_000
const longestTypeAt = 160 // `type` comes first, or after the event's id

export async function openSeat(url: string, key: string): Promise<Seat> {
  const startedAtMs = performance.now()
  const socket = new WebSocket(url, {
    headers: { authorization: `Bearer ${key}` },
    perMessageDeflate: false,
    skipUTF8Validation: true,
  })
  const waiting = new Map<string, { resolve(atMs: number): void; reject(error: Error): void }[]>()
  function next(type: string): Promise<number> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`No '${type}' came within ${patienceMs / 1_000} s`)), patienceMs)
      const came = (atMs: number): void => {
        clearTimeout(timer)
        resolve(atMs)
      }
      waiting.set(type, [...(waiting.get(type) ?? []), { resolve: came, reject }])
    })
  }

  const ended = new Promise<void>((resolve) =>
    socket.once('close', (code, reason) => {
      const error = new Error(`The connection ended with ${code} ${reason.toString()}`)
      for (const { reject } of [...waiting.values()].flat()) reject(error)
      resolve()
    }),
  )
  socket.on('error', () => {})
  socket.on('message', (data: Buffer) => {
    const type = /"type":\s*"([^"]+)"/.exec(data.toString('latin1', 0, longestTypeAt))?.[1] ?? ''
    const cameAtMs = performance.now()
    for (const { resolve } of waiting.get(type) ?? []) resolve(cameAtMs)
    waiting.delete(type)
    seat.onEvent(type, cameAtMs, () => JSON.parse(data.toString('utf8')) as Record<string, unknown>)
  })
  const seat: Seat & { connectMs: number } = {
    send: (frame) => socket.send(Buffer.isBuffer(frame) ? frame : JSON.stringify(frame), { binary: false }),
    onEvent: () => {},
    next,
    created: next('session.created'),
    connectMs: 0,
    close() {
      socket.close()
      return ended
    },
  }
  seat.created.catch(() => {}) // a bare server says nothing first
  await new Promise<void>((resolve, reject) => {
    socket.once('open', resolve)
    socket.once('close', (code) => reject(new Error(`No connection to ${new URL(url).host} (${code})`)))
  })
  seat.connectMs = performance.now() - startedAtMs
  return seat
}
