import { execFile } from 'node:child_process'
import { promisify } from 'node:util'

const run = promisify(execFile)

/** Asks Redis as an operator would; answers what redis-cli prints. */
export async function redisCli(url: string, ...command: string[]): Promise<string> {
  const socket = url.replace(/^unix:\/\//, '')
  const target = socket === url ? ['-u', url] : ['-s', socket]
  return (await run('redis-cli', [...target, ...command])).stdout.trim()
}
