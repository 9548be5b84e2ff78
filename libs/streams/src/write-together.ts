import type { Connection } from './connection.ts'

/** With the first this many the server is at work while the next are still being written. */
const togetherAtMost = 16

/**
 * Lets a connection hand over to the kernel at once what it is asked in one turn of the event loop, up to a number of commands:
 * where many sessions ask at a time, one such call for each would be dearer than all else that is done for a command, and one
 * for all would leave the server idle until the last is written. Nothing is sent later than in that turn.
 */
export function writeTogether(connection: Connection): void {
  const send = connection.sendCommand.bind(connection)
  let corked: Connection['stream'] | null = null
  let held = 0
  connection.sendCommand = (command, stream) => {
    const socket = connection.stream
    if (connection.status === 'ready' && socket !== corked) {
      socket.cork()
      corked = socket
      held = 0
      process.nextTick(() => {
        if (corked === socket) corked = null
        socket.uncork()
      })
    }
    const answered = send(command, stream)
    if (socket === corked && ++held === togetherAtMost) {
      socket.uncork()
      socket.cork()
      held = 0
    }
    return answered
  }
}
