import { callTools, type ChatRequest, type ChatServer, type ChatTurn, reply } from '@voicebox/llm-worker/testing'

/** A function as `session.update` declares it. */
export const weatherTool = {
  type: 'function' as const,
  name: 'get_weather',
  description: 'Tells the weather in a city.',
  parameters: {
    type: 'object',
    properties: { city: { type: 'string' } },
    required: ['city'],
    additionalProperties: false,
  },
}

export const greeting = 'Good morning to you all.'
/** Minutes of speech, at the pace at which a slow model writes. */
export const story = Array.from({ length: 100 }, (_, at) => `Once upon a time there was a number ${at}.`).join(' ')
/** Some twenty seconds of speech, written at once. */
export const tale = Array.from({ length: 8 }, (_, at) => `Once upon a time there was a king of age ${at}.`).join(' ')

/** What the model says when a tool has answered. */
export function report(output: string): string {
  return `They tell me that it is ${output} over there.`
}

/** A model that does what it is asked for, where it was given the tool for it. */
export function obligingModel(request: ChatRequest): ChatTurn {
  const last = request.messages.at(-1)
  const text = last?.content ?? ''
  if (last?.role === 'tool') return reply(report(text))
  const city = /weather in (\w+)/i.exec(text)?.[1]
  if (city !== undefined) return call(request, 'get_weather', { city })
  const sum = /add (\d+) and (\d+)/i.exec(text)
  if (sum !== null) return call(request, 'add', { a: Number(sum[1]), b: Number(sum[2]) })
  if (/clerk/i.test(text)) return call(request, 'transfer_to_Clerk')
  if (/story/i.test(text)) return reply(story, { chunkMs: 20 })
  return reply(/tale/i.test(text) ? tale : greeting)
}

/** What the model was asked last. */
export function lastRequest({ requests }: Pick<ChatServer, 'requests'>): ChatRequest {
  const request = requests.at(-1)
  if (request === undefined) throw new Error('The model was not asked')
  return request
}

/** The names of the tools that the model was given. */
export function toolsOf({ body }: ChatRequest): string[] {
  return ((body['tools'] ?? []) as { function: { name: string } }[]).map((tool) => tool.function.name)
}

/** Some models write nothing at all, rather than `{}`, where a tool takes nothing. */
function call(request: ChatRequest, name: string, given?: object): ChatTurn {
  if (!toolsOf(request).includes(name)) return reply('I cannot do that.')
  return callTools([{ name, arguments: given === undefined ? '' : JSON.stringify(given) }])
}
