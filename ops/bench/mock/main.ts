import { createRequire } from 'node:module'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'

/** The part of aimock that is used: a server that answers a message with a text. */
interface Mock {
  LLMock: new (options: { port: number; latency: number }) => {
    onMessage(message: string, response: { content: string }): void
    start(): Promise<unknown>
    readonly url: string
  }
}

// The mock, in a process of its own: the folder that it is installed in, and what it answers.

const [folder = '', reply = ''] = process.argv.slice(2)
const entry = createRequire(join(folder, 'x')).resolve('@copilotkit/aimock')
const { LLMock } = (await import(pathToFileURL(entry).href)) as Mock
const mock = new LLMock({ port: 0, latency: 0 })
mock.onMessage('hello', { content: reply })
await mock.start()
process.send?.({ urls: [mock.url] })
process.once('disconnect', () => process.exit(0))
