import { execFile } from 'node:child_process'
import { readFile, writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { startMcpServer } from '@voicebox/llm-worker/testing'
import { apiKey, startStack } from '../../../apps/voicebox/e2e/support/stack.ts'
import { briefly } from './briefly.ts'
import { listenBetween } from './listen-between.ts'

/** Writes the corpus anew: what the conformance suite says to a whole installation, one transcript a connection. */
const suite = fileURLToPath(new URL('../../../apps/conformance/src/main.ts', import.meta.url))
const model = new URL('../../../apps/conformance/scripted-model.json', import.meta.url)
const corpus = fileURLToPath(new URL('../corpus/transcripts.json', import.meta.url))

const mcp = await startMcpServer()
const stack = await startStack({
  env: {
    VOICEBOX_LLM_PROVIDERS: await readFile(model, 'utf8'),
    VOICEBOX_STUB: JSON.stringify({ sttMs: 20, transcript: 'what time is it', ttsRealtimeFactor: 0.05 }),
    VOICEBOX_MCP_ALLOW: JSON.stringify([mcp.origin]),
  },
})
const between = await listenBetween(stack.ws())
await new Promise((resolve) => {
  const args = [suite, between.url, '--key', apiKey, '--mcp-url', mcp.url]
  execFile(process.execPath, args, { maxBuffer: 64 << 20 }, resolve) // what it finds is of no interest here
})
await between.close()
await stack.close()
await mcp.close()
const transcripts = briefly(between.transcripts)
await writeFile(corpus, `[\n${transcripts.map((frames) => JSON.stringify(frames)).join(',\n')}\n]\n`)
process.stdout.write(`${transcripts.length} transcripts in ${corpus}\n`)
process.exit(0)
