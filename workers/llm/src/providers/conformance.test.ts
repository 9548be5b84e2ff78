import { llmProviderSchema } from '@voicebox/config'
import { describeLanguageModel, describeToolCalls, makeFakeLanguageModel } from '@voicebox/engines/testing'
import { Failure, silentLog } from '@voicebox/kernel'
import { expect, vi } from 'vitest'
import { makePool } from '../pool.ts'
import { type ChatServer, type ChatTurn, callTools, reply, startChatServer } from '../testing/index.ts'
import { makeEcho } from './echo/echo.ts'
import { makeOpenAICompatible } from './openai-compatible/model.ts'
import { makeScripted } from './scripted/scripted.ts'
import { makeStub } from './stub/stub.ts'
import { wordsIn } from './words-in.ts'

const answerTo = (words: string): string => `You have said ${words} to me.`
const callFor = (name: string) => ({ name, arguments: `{"word": "the meaning of ${name}"}` })
const callsFor = (names: readonly string[]) => names.map(callFor)

const openFake = () => {
  let failNext = false
  const model = makeFakeLanguageModel(({ context, tools }) => {
    const words = context.map(wordsIn).at(-1) ?? ''
    const broken = failNext ? { then: new Failure('engine', 'broken', 'The fake is broken') } : {}
    failNext = false
    if (tools === undefined) return { text: 'then' in broken ? [] : answerTo(words).split(/(?= )/), ...broken }
    const calls = callsFor(words.split(' ')).map((call) => ({ ...call, arguments: call.arguments.split(/(?= )/) }))
    return { text: ['Well, '], calls, ...broken }
  })
  return Promise.resolve({
    model,
    answerTo,
    callsFor,
    failNext: () => void (failNext = true),
    failInNextCall: () => void (failNext = true),
    allClosed: () => vi.waitFor(() => expect(model.openAnswers()).toBe(0)),
    close: () => model.close(),
  })
}
describeLanguageModel('fake', openFake)
describeToolCalls('fake', openFake)

const openEcho = () => {
  const model = makeEcho()
  return Promise.resolve({
    model,
    answerTo: (words: string) => `You said: ${words}`,
    callsFor: ([name = '']: readonly string[]) => [{ name, arguments: '{}' }],
    close: () => model.close(),
  })
}
describeLanguageModel('echo', openEcho, { canFail: false })
describeToolCalls('echo', openEcho, { canFail: false, callsOnDemand: true })

const openStub = () => {
  const text = 'This is always the same.'
  const model = makeStub({ type: 'stub', name: 'stub', firstTokenMs: 1, tokensPerSecond: 1000, reply: text })
  return Promise.resolve({ model, answerTo: () => text, close: () => model.close() })
}
describeLanguageModel('stub', openStub, { canFail: false })

const openScripted = () => {
  const [one, two, three] = [1, 2, 3].map((group) => ({ name: `$${group}`, arguments: callFor(`$${group}`).arguments }))
  const tool = '(look_up|note)'
  const rules = [
    { when: `^${tool}$`, reply: 'Well,', calls: [one] },
    { when: `^${tool} ${tool}$`, calls: [one, two] },
    { when: `^${tool} ${tool} ${tool}$`, calls: [one, two, three] },
    { when: '(.*)', reply: answerTo('$1') },
    { when: '(.*)', in: 'tool_result', reply: answerTo('$1') },
  ]
  const settings = llmProviderSchema.parse({ type: 'scripted', rules, firstTokenMs: 1 })
  if (settings.type !== 'scripted') throw new Error('Another provider')
  const model = makeScripted(settings)
  return Promise.resolve({ model, answerTo, callsFor, close: () => model.close() })
}
describeLanguageModel('scripted', openScripted, { canFail: false })
describeToolCalls('scripted', openScripted, { canFail: false })

const openProviderWith = (manner: 'pieces' | 'whole' | 'bare') => async () => {
  const { server, ...rest } = await openServer(manner)
  const model = makeOpenAICompatible(providerAt(server, 'first'))
  return { ...rest, model, close: () => model.close().then(() => server.close()) }
}
describeLanguageModel('openai-compatible', openProviderWith('pieces'))
for (const manner of ['pieces', 'whole', 'bare'] as const) {
  describeToolCalls(`openai-compatible, streaming ${manner}`, openProviderWith(manner))
}

const openPool = async () => {
  const { server, ...rest } = await openServer('pieces')
  const model = makePool([makeOpenAICompatible(providerAt(server, 'only'))], silentLog)
  return { ...rest, model, close: () => model.close().then(() => server.close()) }
}
describeLanguageModel('pool', openPool)
describeToolCalls('pool', openPool)

async function openServer(manner: 'pieces' | 'whole' | 'bare') {
  let failNext = false
  const server = await startChatServer(({ messages, body }): ChatTurn => {
    const words = messages.at(-1)?.content ?? ''
    const isBroken = failNext
    failNext = false
    if ('tools' in body) {
      // what the cut leaves over is the first call's beginning at least
      const calls = isBroken ? [...callsFor(words.split(' ')), callFor('note')] : callsFor(words.split(' '))
      return callTools(calls, { manner, chunkMs: 1, ...(isBroken ? { then: 'cut' } : {}) })
    }
    return isBroken ? { kind: 'status', status: 500 } : reply(answerTo(words), { chunkMs: 1 })
  })
  return {
    server,
    answerTo,
    callsFor,
    failNext: () => void (failNext = true),
    failInNextCall: () => void (failNext = true),
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
    vision: true,
    firstTokenTimeoutMs: 10_000,
    idleTimeoutMs: 10_000,
  } as const
}
