import type { Area, Check, Need } from '../check.ts'
import type { DialOptions } from '../server/dial.ts'
import type { Server, Session } from '../server/server.ts'
import { openPushToTalk, openText } from './session.ts'
import { type Refusal, refuses } from './refuses.ts'

type Script = (session: Session, server: Server) => Promise<unknown>

export interface Misuse extends Refusal {
  name: string
  send: object | string | Uint8Array
}

/** Makes the checks of one area that stand on the same rule. */
export function checksOf(area: Area, rule: string, needs?: Need) {
  const make = (name: string, run: (server: Server) => Promise<unknown>): Check => ({
    area,
    name,
    rule,
    ...(needs !== undefined && { needs }),
    run: async (server) => void (await run(server)),
  })
  return {
    /** A check that connects as it likes. */
    raw: make,
    /** A check over a session just greeted. */
    fresh: (name: string, script: Script, options?: DialOptions): Check =>
      make(name, async (server) => script(await server.open(options), server)),
    /** A check over a session that answers in text. */
    text: (name: string, script: Script, fields?: object): Check =>
      make(name, async (server) => script(await openText(server, fields), server)),
    /** A check over a session without turn detection. */
    pushToTalk: (name: string, script: Script, fields?: object): Check =>
      make(name, async (server) => script(await openPushToTalk(server, fields), server)),
    /** One check a misuse: the event is refused as told, and the session lives on. */
    refusals: (misuses: readonly Misuse[], options?: DialOptions): Check[] =>
      misuses.map(({ name, send, ...refusal }) =>
        make(name, async (server) => refuses(await server.open(options), send, refusal)),
      ),
  }
}
