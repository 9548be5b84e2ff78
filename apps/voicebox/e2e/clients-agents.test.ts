import { RealtimeAgent, tool } from '@openai/agents-realtime'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { type AgentsSession, answered, openSession, said } from './support/agents-session.ts'
import { frames, recording } from './support/recordings.ts'
import { type ObligingStack, startObligingStack } from './support/obliging-stack.ts'
import { greeting, lastRequest, report, story, tale, toolsOf } from './support/obliging-model.ts'

let served: ObligingStack
beforeAll(async () => {
  served = await startObligingStack()
})
afterAll(() => served.close())

async function ask({ session }: AgentsSession, words: string): Promise<void> {
  for (const frame of frames(await recording(words))) session.sendAudio(frame.buffer)
}

/** What the model knows the assistant to have said, of an answer that was interrupted early. */
function expectHeard(whole: string): void {
  const heard = lastRequest(served.chat).messages.find(({ role }) => role === 'assistant')?.content ?? ''
  expect(whole.startsWith(heard)).toBe(true)
  expect(heard.length).toBeGreaterThan(10)
  expect(heard.length).toBeLessThan(200)
}

const cities: string[] = []
const getWeather = tool({
  name: 'get_weather',
  description: 'Tells the weather in a city.',
  parameters: z.object({ city: z.string() }),
  execute: ({ city }) => {
    cities.push(city)
    return 'sunny'
  },
})

describe('A session of @openai/agents-realtime', () => {
  it('is asked by voice, runs the function that the model calls, speaks the answer, and has it all in its history', async () => {
    const agent = new RealtimeAgent({ name: 'Assistant', instructions: 'Be kind.', tools: [getWeather] })
    const opened = await openSession(served.stack, agent)
    await ask(opened, 'what is the weather in paris now')
    await answered(opened, 'function_call')
    await answered(opened)
    expect(cities).toEqual(['paris'])
    expect((await opened.told.next('agent_tool_end')).told[3]).toBe('sunny')
    const bytes = opened.told.of('audio').reduce((sum, { told: [audio] }) => sum + audio.data.byteLength, 0)
    expect(bytes).toBeGreaterThan(48_000)
    await expect
      .poll(() => said(opened.session.history))
      .toEqual(['user: what is the weather in paris now', 'function_call: sunny', `assistant: ${report('sunny')}`])
    expect(await opened.close()).toEqual([])
  })

  it('asks before it runs a function that needs approval, and tells the model of a refusal', async () => {
    const runs: string[] = []
    const guarded = tool({
      name: 'get_weather',
      description: 'Tells the weather in a city.',
      parameters: z.object({ city: z.string() }),
      needsApproval: true,
      execute: ({ city }) => {
        runs.push(city)
        return 'stormy'
      },
    })
    const opened = await openSession(served.stack, new RealtimeAgent({ name: 'Assistant', tools: [guarded] }))
    opened.session.sendMessage('What is the weather in Oslo?')
    const [, , first] = (await opened.told.next('tool_approval_requested')).told
    expect(runs).toEqual([])
    await opened.session.approve(first.approvalItem)
    await answered(opened)
    expect(runs).toEqual(['Oslo'])

    opened.session.sendMessage('And what is the weather in Rome?')
    const [, , second] = (await opened.told.next('tool_approval_requested')).told
    await opened.session.reject(second.approvalItem)
    await answered(opened)
    expect(runs).toEqual(['Oslo'])
    expect(lastRequest(served.chat).messages.at(-1)).toMatchObject({
      role: 'tool',
      content: 'Tool execution was not approved.',
    })
    expect(said(opened.session.history).at(-1)).toBe(`assistant: ${report('Tool execution was not approved.')}`)
    expect(await opened.close()).toEqual([])
  })

  it('hands over to another agent, whose instructions and tools the model has from then on', async () => {
    const clerk = new RealtimeAgent({ name: 'Clerk', instructions: 'You are the clerk.', tools: [getWeather] })
    const porter = new RealtimeAgent({ name: 'Porter', instructions: 'You are the porter.', handoffs: [clerk] })
    const opened = await openSession(served.stack, porter)
    await ask(opened, 'what time is it')
    await answered(opened)
    expect(toolsOf(lastRequest(served.chat))).toEqual(['transfer_to_Clerk'])

    opened.session.sendMessage('The clerk, please')
    await answered(opened)
    const [, from, to] = (await opened.told.next('agent_handoff')).told
    expect([from.name, to.name]).toEqual(['Porter', 'Clerk'])
    expect(lastRequest(served.chat).messages[0]).toMatchObject({ role: 'system', content: 'You are the clerk.' })
    expect(toolsOf(lastRequest(served.chat))).toEqual(['get_weather'])
    expect(await opened.close()).toEqual([])
  })

  it('is interrupted while the answer is made: it stops at once, and the model knows what was heard', async () => {
    const opened = await openSession(served.stack, new RealtimeAgent({ name: 'Assistant' }))
    opened.session.sendMessage('Tell me a story')
    await opened.told.next('audio')
    await new Promise((resolve) => setTimeout(resolve, 2_500))
    await ask(opened, 'what time is it')
    await opened.told.next('audio_interrupted')
    const { response } = await opened.wire.next('response.done')
    expect(response).toMatchObject({ status: 'cancelled', status_details: { reason: 'turn_detected' } })
    const truncated = await opened.wire.next('conversation.item.truncated')
    expect(truncated['audio_end_ms']).toBeGreaterThan(2_000)
    expect(truncated['audio_end_ms']).toBeLessThan(5_000)
    await answered(opened)
    expectHeard(story)
    const [asked, told, interruption, reply] = said(opened.session.history)
    expect([asked, interruption, reply]).toEqual([
      'user: Tell me a story',
      'user: what time is it',
      `assistant: ${greeting}`,
    ])
    expect(`assistant: ${story}`.startsWith(told ?? '')).toBe(true)
    expect(told?.length).toBeGreaterThan('assistant: '.length)
    expect(await opened.close()).toEqual([])
  })

  it('is interrupted while it plays an answer that was made long ago, and the model knows what was heard', async () => {
    const opened = await openSession(served.stack, new RealtimeAgent({ name: 'Assistant' }))
    opened.session.sendMessage('Tell me a tale')
    await opened.told.next('audio')
    await answered(opened)
    await new Promise((resolve) => setTimeout(resolve, 2_500))
    await ask(opened, 'what time is it')
    await opened.told.next('audio_interrupted')
    const truncated = await opened.wire.next('conversation.item.truncated')
    expect(truncated['audio_end_ms']).toBeGreaterThan(2_000)
    expect(truncated['audio_end_ms']).toBeLessThan(6_000)
    await answered(opened)
    expectHeard(tale)
    expect(said(opened.session.history)).toEqual([
      'user: Tell me a tale',
      `assistant: ${tale}`,
      'user: what time is it',
      `assistant: ${greeting}`,
    ])
    expect(await opened.close()).toEqual([])
  })

  it('stops an answer that its guardrail forbids, and asks for another', async () => {
    const guardrail = {
      name: 'No fairy',
      policyHint: 'Speak of what is.',
      execute: async ({ agentOutput }: { agentOutput: unknown }) => ({
        tripwireTriggered: String(agentOutput).includes('number 5'),
        outputInfo: {},
      }),
    }
    const opened = await openSession(served.stack, new RealtimeAgent({ name: 'Assistant' }), {
      outputGuardrails: [guardrail],
    })
    opened.session.sendMessage('Tell me a story')
    await opened.told.next('guardrail_tripped')
    const { response } = await opened.wire.next('response.done')
    expect(response).toMatchObject({ status: 'cancelled', status_details: { reason: 'client_cancelled' } })
    await answered(opened)
    expect(lastRequest(served.chat).messages.at(-1)?.content).toContain('Speak of what is.')
    expect(said(opened.session.history).at(-1)).toBe(`assistant: ${greeting}`)
    expect(await opened.close()).toEqual([])
  })

  it('rewrites and forgets what was said, and the model sees the new history', async () => {
    const opened = await openSession(served.stack, new RealtimeAgent({ name: 'Assistant' }))
    opened.session.sendMessage('I am Bob')
    await answered(opened)
    opened.session.sendMessage('I am Mary')
    await answered(opened)
    opened.session.updateHistory((history) =>
      history.slice(0, 3).map((item, at) => {
        if (at !== 0 || item.type !== 'message' || item.role !== 'user') return item
        return { ...item, content: [{ type: 'input_text', text: 'I am Alice' }] }
      }),
    )
    const now = ['user: I am Alice', `assistant: ${greeting}`, 'user: I am Mary']
    await expect.poll(() => said(opened.session.history)).toEqual(now)
    opened.session.sendMessage('Who am I?')
    await answered(opened)
    expect(lastRequest(served.chat).messages.filter(({ role }) => role !== 'system')).toMatchObject([
      { role: 'user', content: 'I am Alice' },
      { role: 'assistant', content: greeting },
      { role: 'user', content: 'I am Mary' },
      { role: 'user', content: 'Who am I?' },
    ])
    expect(await opened.close()).toEqual([])
  })
})
