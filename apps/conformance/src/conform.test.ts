import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { key, startFakeServer } from './testing/fake-server.ts'
import { runConform } from './testing/run-conform.ts'

const clear = ['--only', 'clears an empty buffer, twice']

describe('The suite', () => {
  it('passes a server that does what the rule says, and ends with 0', async () => {
    const { code, said } = await runConform(await startFakeServer(), ...clear)
    expect(code).toBe(0)
    expect(said).toMatch(/^✓ input_audio {2}clears an empty buffer, twice \d+ ms$/m)
    expect(said).toMatch(/^all +1 of 1 {2}100 %$/m)
  })

  it('fails a server that refuses what it must take, and ends with 1', async () => {
    const url = await startFakeServer({
      'input_audio_buffer.clear': (_, { refuse }) => refuse({ code: 'buffer_empty' }),
    })
    const { code, said } = await runConform(url, ...clear)
    expect(code).toBe(1)
    expect(said).toContain('expected input_audio_buffer.cleared')
    expect(said).toContain('came     error buffer_empty: No.')
    expect(said).toContain('rule     input_audio_buffer.clear empties the buffer and always succeeds.')
    expect(said).toContain('      → input_audio_buffer.clear\n      ← error buffer_empty: No.')
  })

  it('fails a server that says nothing', async () => {
    const url = await startFakeServer({ 'input_audio_buffer.clear': () => {} })
    const { code, said } = await runConform(url, ...clear, '--timeout-ms', '50')
    expect(code).toBe(1)
    expect(said).toContain('came     nothing for 50 ms')
  })

  it('fails a server that hangs up', async () => {
    const url = await startFakeServer({ 'input_audio_buffer.clear': (_, { socket }) => socket.close(1011, 'bug') })
    const { code, said } = await runConform(url, ...clear)
    expect(code).toBe(1)
    expect(said).toContain('came     the connection was closed: 1011 bug')
  })

  const commit = ['--only', 'an unknown field in input_audio_buffer.commit']
  const refusal = { code: 'unknown_parameter', param: 'now', message: "Unknown parameter: 'now'." }

  it.each([
    { title: 'that is right', error: refusal, code: 0 },
    { title: 'with another code', error: { ...refusal, code: 'invalid_value' }, code: 1 },
    { title: 'with another param', error: { ...refusal, param: null }, code: 1 },
    { title: 'of another event', error: { ...refusal, event_id: 'other' }, code: 1 },
    { title: 'of another type', error: { ...refusal, type: 'server_error' }, code: 1 },
  ])('judges a refusal $title', async ({ error, code }) => {
    const url = await startFakeServer({ 'input_audio_buffer.commit': (_, { refuse }) => refuse(error) })
    const ran = await runConform(url, ...commit)
    expect(ran.code, ran.said).toBe(code)
  })

  it('fails a server that ignores a misuse, and one that accepts it', async () => {
    const ignoring = await startFakeServer({ 'input_audio_buffer.commit': () => {} })
    expect((await runConform(ignoring, ...commit)).said).toContain('came     nothing: it was ignored')
    const accepting = await startFakeServer({
      'input_audio_buffer.commit': (_, { send }) => send({ type: 'input_audio_buffer.committed' }),
    })
    expect((await runConform(accepting, ...commit)).said).toContain('came     input_audio_buffer.committed')
  })

  it('fails a server that does what it refuses', async () => {
    const url = await startFakeServer({
      'input_audio_buffer.commit': (_, { refuse, send }) => {
        refuse(refusal)
        send({ type: 'input_audio_buffer.committed' })
      },
    })
    const { code, said } = await runConform(url, ...commit)
    expect(code).toBe(1)
    expect(said).toContain('expected a refused event to change nothing')
  })

  it('fails a server that refuses rightly and then hangs up', async () => {
    const url = await startFakeServer({
      'input_audio_buffer.commit': (_, { refuse, socket }) => {
        refuse(refusal)
        socket.close(1011)
      },
    })
    const { code, said } = await runConform(url, ...commit)
    expect(code).toBe(1)
    expect(said).toContain('came     the connection was closed: 1011')
  })

  it('leaves out what it was not given the means for, without blame', async () => {
    const { code, said } = await runConform(await startFakeServer(), '--area', 'mcp')
    expect(code).toBe(0)
    expect(said).toContain('lists the tools in the documented order (needs --mcp-url)')
    expect(said).toMatch(/^all +0 of 0 {2}– {2}\d left out$/m)
  })

  it('never shows the key, whatever the server says', async () => {
    const url = await startFakeServer({
      'input_audio_buffer.clear': (_, { refuse }) => refuse({ code: 'x', message: `Your key is ${key}` }),
    })
    const { said } = await runConform(url, ...clear)
    expect(said).toContain('Your key is [key]')
    expect(said).not.toContain(key)
  })

  it('writes what it found as JSON and as Markdown', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'conformance-'))
    onTestFinished(() => rm(folder, { recursive: true }))
    const url = await startFakeServer()
    const files = ['--json', join(folder, 'report.json'), '--markdown', join(folder, 'report.md')]
    const { code } = await runConform(url, '--area', 'handshake,rate_limits', ...files)
    expect(code).toBe(1)
    const report = JSON.parse(await readFile(join(folder, 'report.json'), 'utf8')) as {
      score: { passed: number; failed: number; skipped: number }
      areas: object[]
      checks: object[]
    }
    expect(report).toMatchObject({ url, model: 'gpt-realtime' })
    const { passed, failed, skipped } = report.score
    expect(passed + failed + skipped).toBe(report.checks.length)
    expect(report.areas).toContainEqual({ area: 'rate_limits', passed: 0, failed: 2, skipped: 0 })
    expect(report.checks).toContainEqual(
      expect.objectContaining({ name: 'greets with session.created before anything else', outcome: 'passed' }),
    )
    expect(report.checks).toContainEqual(
      expect.objectContaining({
        area: 'rate_limits',
        outcome: 'failed',
        expected: 'conversation.item.added with item.type "message", role "user"',
      }),
    )
    const markdown = await readFile(join(folder, 'report.md'), 'utf8')
    expect(markdown).toContain('| `rate_limits` | 0 | 2 | 0 | 0 % |')
    expect(markdown).toContain(
      '- says with a response what is left of the limits: expected conversation.item.added with',
    )
  })
})

describe('The command', () => {
  it.each([
    { title: 'no address', args: ['--key', 'k'], complaint: 'Which server?' },
    { title: 'an address of another kind', args: ['https://host/'], complaint: 'no ws:// or wss:// address' },
    { title: 'two addresses', args: ['ws://a/', 'ws://b/'], complaint: 'Too many arguments: ws://b/' },
    { title: 'an unknown option', args: ['ws://a/', '--fast'], complaint: '--fast' },
    { title: 'an unknown area', args: ['ws://a/', '--area', 'items,weather'], complaint: 'There is no area weather' },
    { title: 'a name that no check has', args: ['ws://a/', '--only', 'xyzzy'], complaint: 'No check has that name.' },
    {
      title: 'a number that is none',
      args: ['ws://a/', '--timeout-ms', 'long'],
      complaint: '--timeout-ms is a whole number',
    },
    { title: 'an empty key', args: ['ws://a/', '--key', ''], complaint: 'Which key?' },
  ])('ends with 2 for $title', async ({ args, complaint }) => {
    const { code, complained } = await runConform(...args)
    expect(code).toBe(2)
    expect(complained).toContain(complaint)
  })

  it('ends with 2 where nothing listens', async () => {
    const { code, complained } = await runConform('ws://127.0.0.1:1/v1/realtime')
    expect(code).toBe(2)
    expect(complained).toContain('Cannot reach ws://127.0.0.1:1/v1/realtime')
  })

  it('ends with 2 where the key is refused, and does not show it', async () => {
    const { code, complained } = await runConform(await startFakeServer(), '--key', 'sk-wrong-one')
    expect(code).toBe(2)
    expect(complained).toBe('The server refuses the session: Incorrect key: Bearer [key]\n')
  })

  it('ends with 2 where a report cannot be written', async () => {
    const { code, complained } = await runConform(await startFakeServer(), ...clear, '--json', '/no/such/folder/x.json')
    expect(code).toBe(2)
    expect(complained).toContain('Cannot write the report')
  })

  it('lists the checks of an area without a server', async () => {
    const { code, said } = await runConform('--list', '--area', 'cancel')
    expect(code).toBe(0)
    const lines = said.trim().split('\n')
    expect(lines.every((line) => line.startsWith('cancel  '))).toBe(true)
    expect(lines).toContain('cancel  cancels a response by its id')
  })

  it('explains itself', async () => {
    const { code, said } = await runConform('--help')
    expect(code).toBe(0)
    expect(said).toContain('npm run conformance -- ')
  })
})
