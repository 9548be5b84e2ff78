import { spawn } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { resumable } from '@voicebox/client'
import { describe, expect, it, onTestFinished } from 'vitest'
import { WebSocket } from 'ws'
import { askRedis, redisSocketPath } from './redis/redis-socket.ts'
import { isGone, makeTempDir, until } from './testing/processes.ts'
import { baseEnv, entry, processesOn, startForReal, stubs } from './testing/real-launcher.ts'

describe('npm start, once it serves', { timeout: 120_000 }, () => {
  it('restarts its workers and its gateway when it is told to by SIGHUP, and conversations go on', async () => {
    const dataDir = makeTempDir()
    const { launcher, output } = await startForReal(dataDir)
    const before = processesOn(dataDir)
    const conversation = await converse(plainUrl(output()))
    expect(await conversation.ask('one')).toContain('one')
    launcher.kill('SIGHUP')
    launcher.kill('SIGHUP') // the same wish
    await until(() => output().includes('Restarted.\n'), 90_000)
    const names = [...output().matchAll(/^(\w+) is back\.$/gm)].map(([, name]) => name)
    expect(names).toEqual(['stt', 'llm', 'tts', 'housekeeper', 'gateway'])
    expect(output().match(/^Restarting:/gm)).toHaveLength(1)
    const after = processesOn(dataDir)
    expect(after.filter((pid) => before.includes(pid))).toHaveLength(before.length - names.length)
    expect(after).toHaveLength(before.length)
    expect(await conversation.ask('two')).toContain('two')
    expect(conversation.sessions).toBe(1)
  })

  it('leaves when the terminal goes away that it was started in', async () => {
    const dataDir = makeTempDir()
    const terminal = spawn('script', ['-qefc', `${process.execPath} ${entry}`, '/dev/null'], {
      env: { ...baseEnv(), ...stubs, VOICEBOX_DATA_DIR: dataDir },
      stdio: ['pipe', 'pipe', 'inherit'], // with its input at an end, `script` would end too
    })
    let output = ''
    terminal.stdout.on('data', (text: Buffer) => (output += text.toString()))
    onTestFinished(() => void terminal.kill('SIGKILL'))
    await until(() => output.includes('\ntry: '))
    const pids = processesOn(dataDir)
    terminal.kill('SIGKILL')
    for (const pid of pids) await until(() => isGone(pid))
    expect(readdirSync(dataDir).sort()).toEqual(['encryption.key', 'logs', 'postgres', 'redis', 'tls'])
  })

  it('starts Redis again when it dies alone, and a conversation goes on', async () => {
    const dataDir = makeTempDir()
    const { output } = await startForReal(dataDir)
    const url = plainUrl(output())
    const conversation = await converse(url)
    expect(await conversation.ask('one')).toContain('one')
    process.kill(Number(/redis-server \(process (\d+)\)/.exec(output())?.[1]), 'SIGKILL')
    expect(await conversation.ask('two')).toContain('two')
    expect(output()).toMatch(/^! redis stopped .*redis-server ended by itself \(SIGKILL\)/m)
    expect(output()).toMatch(/^redis is back\.$/m)
    expect(conversation.sessions).toBe(1)
    expect(await askRedis(redisSocketPath(join(dataDir, 'redis')))).toBe('ready')
    await until(async () => (await readiness(url)) === 200)
  })
})

const plainUrl = (output: string): string => /^ready (ws:.*)$/m.exec(output)?.[1] ?? ''

async function readiness(url: string): Promise<number> {
  const { host } = new URL(url)
  return (await fetch(`http://${host}/readyz`)).status
}

interface Event {
  type: string
  response?: { status: string; output: { content?: { text: string }[] }[] }
}

interface Conversation {
  /** Asks something in writing and gives the words of the answer. */
  ask(text: string): Promise<string>
  /** How many sessions there were to the client. */
  readonly sessions: number
}

/** Opens a conversation, which goes on when its gateway is another one. */
async function converse(url: string): Promise<Conversation> {
  const headers = { authorization: 'Bearer sk-voicebox-dev' }
  const socket = resumable((at) => new WebSocket(at, { headers }), { url: `${url}?model=gpt-realtime` })
  onTestFinished(() => socket.close(1000))
  let sessions = 0
  let answered = Promise.withResolvers<string>()
  socket.onmessage = ({ data }) => {
    const { type, response } = JSON.parse(String(data)) as Event
    if (type === 'session.created') sessions += 1
    if (type === 'response.done') answered.resolve(response?.output[0]?.content?.[0]?.text ?? response?.status ?? '')
  }
  socket.onclose = ({ code }) => answered.reject(new Error(`It was closed with ${code}`))
  await new Promise((resolve) => (socket.onopen = resolve))
  return {
    ask(text) {
      answered = Promise.withResolvers()
      const item = { type: 'message', role: 'user', content: [{ type: 'input_text', text }] }
      socket.send(JSON.stringify({ type: 'conversation.item.create', item }))
      socket.send(JSON.stringify({ type: 'response.create', response: { output_modalities: ['text'] } }))
      return answered.promise
    },
    get sessions() {
      return sessions
    },
  }
}
