import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { createClient } from '@hey-api/openapi-ts'
import { adminDocument, adminPath } from '@voicebox/admin'

/** What an operation is asked, as the generated client takes it. */
export interface Asking {
  path?: Record<string, string>
  query?: Record<string, string | number>
  body?: unknown
  headers?: Record<string, string>
}

/** What it answers. */
export type Answered = Record<string, unknown> & { data: Record<string, unknown>[] }

export interface GeneratedClient {
  /** Performs an operation by the name that the document gives it. Throws what the server has against it. */
  call(name: string, asking?: Asking): Promise<Answered>
  /** The operations that were performed, and well. */
  readonly done: ReadonlySet<string>
  /** All that the document has. */
  readonly all: readonly string[]
  close(): Promise<void>
}

type Generated = Record<string, (asking: object) => Promise<{ data: unknown; error: unknown; response: Response }>>

/** Generates a client of the admin API from its document, as anybody may do who has nothing else. */
export async function generateClient(origin: string, key: string): Promise<GeneratedClient> {
  const document = adminDocument()
  const all = Object.values(document.paths ?? {}).flatMap((own) =>
    Object.values(own as Record<string, { operationId: string }>).map(({ operationId }) => operationId),
  )
  const folder = await mkdtemp(join(tmpdir(), 'voicebox-client-'))
  await createClient({
    input: document as unknown as Record<string, unknown>,
    output: { path: folder, module: { extension: '.ts' } },
    plugins: ['@hey-api/typescript', '@hey-api/sdk', '@hey-api/client-fetch'],
    logs: { level: 'silent' },
  })
  const operations = (await import(pathToFileURL(join(folder, 'sdk.gen.ts')).href)) as Generated
  const done = new Set<string>()
  return {
    done,
    all,
    async call(name, asking = {}) {
      const about = { baseUrl: `${origin}${adminPath}`, auth: key, ...asking }
      const { data, error, response } = (await operations[name]?.(about)) ?? {}
      if (response?.ok !== true) throw new Error(`${name}: ${JSON.stringify(error)}`)
      done.add(name)
      return data as Answered
    },
    close: () => rm(folder, { recursive: true, force: true }),
  }
}
