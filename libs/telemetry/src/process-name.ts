import { hostname } from 'node:os'
import { newId } from '@voicebox/kernel'

/** Names this process among all others, for Redis and for people: `service:host:pid:` and something unique. */
export function makeProcessName(service: string): string {
  return [service, hostname(), process.pid, newId('job').slice(-8)].join(':')
}
