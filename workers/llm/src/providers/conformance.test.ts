import { describeLanguageModel, makeFakeLanguageModel } from '@voicebox/engines/testing'
import { Failure, silentLog } from '@voicebox/kernel'
import { expect, vi } from 'vitest'
import { makePool } from '../pool.ts'
import { type ChatServer, type ChatTurn, reply, startChatServer } from '../testing/index.ts'
import { makeEcho } from './echo/echo.ts'
import { makeOpenAICompatible } from './openai-compatible/model.ts'
import { makeStub } from './stub/stub.ts'

const answerTo = (words: string): string => `You have said ${words} to me.`

describeLanguageModel('fake', () => {
  let failNext = false
  const model = makeFakeLanguageModel(({ context }) => {
    if (!failNext) return { text: answerTo(context.at(-1)?.text ?? '').split(/(?= )/) }
    failNext = false
    return { text: [], then: new Failure('engine', 'broken', 'The fake is broken') }
  })
  return Promise.resolve({
    model,
    answerTo,
    failNext: () => void (failNext = true),
    allClosed: () => vi.waitFor(() => expect(model.openAnswers()).toBe(0)),
    close: () => model.close(),
  })
})

const openEcho = () => {
  const model = makeEcho()
  return Promise.resolve({ model, answerTo: (words: string) => `You said: ${words}`, close: () => model.close() })
}
describeLanguageModel('echo', openEcho, { canFail: false })

const openStub = () => {
  const text = 'This is always the same.'
  const model = makeStub({ type: 'stub', name: 'stub', firstTokenMs: 1, tokensPerSecond: 1000, reply: text })
  return Promise.resolve({ model, answerTo: () => text, close: () => model.close() })
}
describeLanguageModel('stub', openStub, { canFail: false })

describeLanguageModel('openai-compatible', async () => {
  const { server, ...rest } = await openServer()
  const model = makeOpenAICompatible(providerAt(server, 'first'))
  return { ...rest, model, close: () => model.close().then(() => server.close()) }
})

describeLanguageModel('pool', async () => {
  const { server, ...rest } = await openServer()
  const model = makePool([makeOpenAICompatible(providerAt(server, 'only'))], silentLog)
  return { ...rest, model, close: () => model.close().then(() => server.close()) }
})

async function openServer() {
  let failNext = false
  const server = await startChatServer(({ messages }): ChatTurn => {
    if (!failNext) return reply(answerTo(messages.at(-1)?.content ?? ''), { chunkMs: 1 })
    failNext = false
    return { kind: 'status', status: 500 }
  })
  return {
    server,
    answerTo,
    failNext: () => void (failNext = true),
    allClosed: () => vi.waitFor(() => expect(server.openTurns()).toBe(0)),
  }
}

function providerAt(server: ChatServer, name: string) {
  return {
    type: 'openai-compatible',
    name,
    baseURL: server.url,
    apiKey: 'sk-test',
    model: 'test-model',
    firstTokenTimeoutMs: 10_000,
    idleTimeoutMs: 10_000,
  } as const
}
