import { llm } from '@livekit/agents'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { z } from 'zod'
import { type LivekitSession, openLivekit, read } from './support/livekit-session.ts'
import { greeting, lastRequest, report, story, toolsOf } from './support/obliging-model.ts'
import { recording } from './support/recordings.ts'
import { type ObligingStack, startObligingStack } from './support/obliging-stack.ts'

let served: ObligingStack
beforeAll(async () => {
  served = await startObligingStack()
})
afterAll(() => served.close())

/** A session that is closed even where its test fails: it would dial again for ever. */
function open(): LivekitSession {
  const opened = openLivekit(served.stack)
  onTestFinished(async () => void (await opened.close()))
  return opened
}

/** Adds what was typed to the conversation, as an agent does. */
async function type({ session }: LivekitSession, text: string): Promise<void> {
  const context = session.chatCtx.copy()
  context.addMessage({ role: 'user', content: text })
  await session.updateChatCtx(context)
}

const getWeather = llm.tool({
  name: 'get_weather',
  description: 'Tells the weather in a city.',
  parameters: z.object({ city: z.string() }),
  execute: async ({ city }) => (city === 'paris' ? 'sunny' : 'unknown'),
})

describe('The LiveKit plugin', () => {
  it('speaks and listens', async () => {
    const opened = open()
    await opened.speak(await recording('what time is it'))
    const { told: generation } = await opened.told.next('generation_created')
    expect(generation.userInitiated).toBe(false)
    const { text, audioMs } = await read(generation)
    expect(text).toBe(greeting)
    expect(audioMs).toBeGreaterThan(1_000)
    const final = await opened.told.next('input_audio_transcription_completed', ({ told }) => told.isFinal)
    expect(final.told.transcript).toBe('what time is it')
    const { items } = opened.session.chatCtx
    expect(items.map((item) => item.type === 'message' && item.textContent)).toEqual(['what time is it', greeting])
    expect(await opened.close()).toEqual([])
  })

  it('asks for an answer of its own, and finds it again by its metadata', async () => {
    const opened = open()
    await opened.session.updateInstructions('You are kind.')
    await type(opened, 'Good morning')
    const generation = await opened.session.generateReply('Be brief.')
    expect(generation.userInitiated).toBe(true)
    expect((await read(generation)).text).toBe(greeting)
    expect(lastRequest(served.chat).messages).toMatchObject([
      { role: 'system', content: 'You are kind.\nBe brief.' },
      { role: 'user', content: 'Good morning' },
    ])
    expect(await opened.close()).toEqual([])
  })

  it('is asked by voice, runs the function that the model calls, and speaks the answer', async () => {
    const opened = open()
    await opened.session.updateTools(new llm.ToolContext([getWeather]))
    await opened.speak(await recording('what is the weather in paris now'))
    const { told: asking } = await opened.told.next('generation_created')
    const { calls } = await read(asking)
    expect(calls).toMatchObject([{ name: 'get_weather', args: '{"city":"paris"}' }])

    const context = opened.session.chatCtx.copy()
    const callId = calls[0]?.callId ?? ''
    context.insert(llm.FunctionCallOutput.create({ callId, name: 'get_weather', output: 'sunny', isError: false }))
    await opened.session.updateChatCtx(context)
    const { text, audioMs } = await read(await opened.session.generateReply())
    expect(text).toBe(report('sunny'))
    expect(audioMs).toBeGreaterThan(1_000)
    expect(lastRequest(served.chat).messages.at(-1)).toMatchObject({ role: 'tool', content: 'sunny' })
    expect(toolsOf(lastRequest(served.chat))).toEqual(['get_weather'])
    expect(await opened.close()).toEqual([])
  })

  it('calls a function that takes nothing, as a provider that streams no arguments for it', async () => {
    const opened = open()
    const execute = async (): Promise<string> => 'done'
    await opened.session.updateTools(
      new llm.ToolContext([llm.tool({ name: 'transfer_to_Clerk', description: 'Fetches the clerk.', execute })]),
    )
    await type(opened, 'The clerk, please')
    const { calls } = await read(await opened.session.generateReply())
    expect(calls).toMatchObject([{ name: 'transfer_to_Clerk', args: '{}' }])
    expect(await opened.close()).toEqual([])
  })

  it('is interrupted by voice: it truncates what it played, and the model knows what was heard', async () => {
    const opened = open()
    await type(opened, 'Tell me a story')
    const reading = read(await opened.session.generateReply())
    const { item } = await opened.wire.next('response.output_item.added')
    await opened.wire.next('response.output_audio.delta')
    await new Promise((resolve) => setTimeout(resolve, 2_500))
    const spoken = opened.speak(await recording('what time is it'), 1)
    await opened.told.next('input_speech_started')
    await opened.session.interrupt()
    await opened.session.truncate({ messageId: (item as { id: string }).id, audioEndMs: 2_000 })
    expect((await opened.wire.next('conversation.item.truncated'))['audio_end_ms']).toBe(2_000)
    expect(story.startsWith((await reading).text)).toBe(true)
    await spoken

    const { told: generation } = await opened.told.next('generation_created', ({ told }) => !told.userInitiated)
    expect((await read(generation)).text).toBe(greeting)
    const heard = lastRequest(served.chat).messages.find(({ role }) => role === 'assistant')?.content ?? ''
    expect(story.startsWith(heard)).toBe(true)
    expect(heard.length).toBeGreaterThan(10)
    expect(heard.length).toBeLessThan(100)
    expect(await opened.close()).toEqual([])
  })

  it('takes back an answer of which nothing was played, and cancels in vain without an error', async () => {
    const opened = open()
    await type(opened, 'Tell me a story')
    const reading = read(await opened.session.generateReply())
    const { item } = await opened.wire.next('response.output_item.added')
    await opened.wire.next('response.output_audio.delta')
    const { id } = item as { id: string }
    await opened.session.interrupt()
    await opened.session.truncate({ messageId: id, audioEndMs: 0 })
    await opened.wire.next('conversation.item.deleted', (event) => event['item_id'] === id)
    await reading
    opened.session.sendEvent({ type: 'response.cancel' })
    await opened.wire.next('error')

    await type(opened, 'Good morning')
    expect((await read(await opened.session.generateReply())).text).toBe(greeting)
    expect(lastRequest(served.chat).messages.map(({ role }) => role)).toEqual(['user', 'user'])
    expect(await opened.close()).toEqual([])
  })

  it('edits, inserts and forgets what was said, and the model sees the new conversation', async () => {
    const opened = open()
    await type(opened, 'I am Bob')
    await type(opened, 'I am Mary')
    await type(opened, 'I am John')
    const context = opened.session.chatCtx.copy()
    const [bob, mary] = context.items
    if (bob === undefined || mary === undefined) throw new Error('Not what was typed')
    const alice = llm.ChatMessage.create({ id: mary.id, role: 'user', content: ['I am Alice'] })
    const jane = llm.ChatMessage.create({ role: 'user', content: ['I am Jane'] })
    await opened.session.updateChatCtx(new llm.ChatContext([bob, alice, jane]))
    await read(await opened.session.generateReply())
    expect(lastRequest(served.chat).messages.map(({ content }) => content)).toEqual([
      'I am Bob',
      'I am Alice',
      'I am Jane',
    ])
    expect(await opened.close()).toEqual([])
  })
})
