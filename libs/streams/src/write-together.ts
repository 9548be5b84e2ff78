import type { Connection } from './connection.ts'

/**
 * Lets a connection hand over to the kernel at once what it is asked in one turn of the event loop: where many sessions ask at
 * a time, one such call for each would be dearer than all else that is done for a command. Nothing is sent later than in that turn.
 */
export function writeTogether(connection: Connection): void {
  const send = connection.sendCommand.bind(connection)
  let corked: Connection['stream'] | null = null
  connection.sendCommand = (command, stream) => {
    const socket = connection.stream
    if (connection.status === 'ready' && socket !== corked) {
      socket.cork()
      corked = socket
      process.nextTick(() => {
        if (corked === socket) corked = null
        socket.uncork()
      })
    }
    return send(command, stream)
  }
}
