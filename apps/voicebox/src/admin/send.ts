import { adminPath } from '@voicebox/admin'
import { Failure } from '@voicebox/kernel'
import type { Answer, Ask } from './ask.ts'

/** Where the API is asked: in this process, or over HTTP. */
export type Fetch = (request: Request) => Response | Promise<Response>

export type Sent = { answer: Answer } | { text: string } | { problem: string }

/** Asks, page after page where all are wanted. Throws a `Failure` where nobody answers as the API does. */
export async function send(
  ask: Ask,
  { fetch, origin, key }: { fetch: Fetch; origin: string; key: string | null },
): Promise<Sent> {
  const data: unknown[] = []
  for (let after: string | null = null; ;) {
    const url = new URL(`${adminPath}${ask.path}`, origin)
    const page: Record<string, string> = ask.isWhole === true ? { limit: '100' } : {}
    for (const [name, value] of Object.entries({ ...ask.query, ...page, ...(after !== null && { after }) }))
      url.searchParams.set(name, value)
    const response = await fetch(
      new Request(url, {
        method: ask.method,
        headers: { 'content-type': 'application/json', ...(key !== null && { authorization: `Bearer ${key}` }) },
        ...(ask.body !== undefined && { body: JSON.stringify(ask.body) }),
      }),
    )
    if (ask.isText === true && response.ok) return { text: await response.text() }
    const answer = await read(response)
    if (!response.ok) return { problem: typeof answer.detail === 'string' ? answer.detail : `HTTP ${response.status}` }
    if (ask.isWhole !== true) return { answer }
    data.push(...(answer.data as unknown[]))
    after = answer.next as string | null
    if (after === null) return { answer: { ...answer, data, has_more: false, next: null } }
  }
}

async function read(response: Response): Promise<Answer> {
  const text = await response.text()
  if (text === '') return {}
  try {
    return JSON.parse(text) as Answer
  } catch (cause) {
    throw new Failure('dependency', 'no_admin_api', `No admin API answers there (HTTP ${response.status})`, { cause })
  }
}
