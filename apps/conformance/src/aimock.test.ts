import { fileURLToPath } from 'node:url'
import { LLMock } from '@copilotkit/aimock'
import { expect, it, onTestFinished } from 'vitest'
import { runConform } from './testing/run-conform.ts'

it('Another’s server is judged too: what aimock answers passes, what it does not know fails', async () => {
  const mock = new LLMock({ port: 0, logLevel: 'silent' })
  mock.loadFixtureFile(fileURLToPath(new URL('../aimock.json', import.meta.url)))
  await mock.start()
  onTestFinished(() => mock.stop())
  const url = `${mock.url.replace('http:', 'ws:')}/v1/realtime`
  const { code, said } = await runConform(url, '--area', 'tools', '--timeout-ms', '1000', '--concurrency', '8')
  expect(code).toBe(1)
  expect(said).toMatch(/^✓ tools {2}calls a function in the documented order /m)
  expect(said).toMatch(/^✓ tools {2}ends a call completed, with whole arguments that are JSON /m)
  expect(said).toMatch(/^✗ tools {2}refuses a call without a name$/m)
})
