import { betaDialect, gaDialect, serverEvents, type ServerEvent } from '@voicebox/protocol'
import { setTimeout as wait } from 'node:timers/promises'
import fc from 'fast-check'
import { z } from 'zod'
import type { Line } from '../../../apps/gateway/src/testing/line.ts'
import type { Sessions } from '../../../apps/gateway/src/testing/open-sessions.ts'
import { makeChance } from '../../chaos/plan/chance.ts'
import { type Frames, mutate } from '../mutate.ts'
import { makeNames } from './names.ts'

/** A conversation that was changed in places. */
export interface Spoilt {
  frames: Frames
  isBeta: boolean
}

const maxFrames = 30
const patienceMs = 20_000
const told = z.discriminatedUnion('type', serverEvents)

/** Smaller ones have been changed less. */
export function spoilt(transcripts: readonly Frames[]): fc.Arbitrary<Spoilt> {
  const changes = fc.array(fc.nat(), { maxLength: 6 })
  const bases = fc.array(fc.constantFrom(...transcripts), { minLength: 1, maxLength: 6 })
  return fc.record({ bases, changes, isBeta: fc.boolean() }).map(({ bases, changes, isBeta }) => {
    const frames = changes.reduce<Frames>((given, seed) => mutate(given, transcripts, makeChance(seed)), bases.flat())
    return { frames: frames.slice(0, maxFrames), isBeta }
  })
}

/** Says all this to a session of its own; throws where something is not answered, goes wrong, or is left at the end. */
export async function converse(sessions: Sessions, { frames, isBeta }: Spoilt): Promise<void> {
  const gateway = sessions.gateway()
  const line = gateway.open({ dialect: isBeta ? betaDialect : gaDialect })
  const events: ServerEvent[] = []
  const names = makeNames()
  line.onText = (text) => {
    const event = JSON.parse(text) as ServerEvent
    events.push(event)
    names.hear(event)
    if (!isBeta) mustBe(told.safeParse(event).success, `${text.slice(0, 500)} is no event`)
  }
  for (const [index, frame] of frames.entries()) await say(line, events, names.resolve(frame), index)
  line.close()
  await new Promise(setImmediate)
  await gateway.fleet.gone()
  mustBe(gateway.errors.length === 0, `The gateway had a bug: ${JSON.stringify(gateway.errors)}`)
  await nothingIsLeft(sessions, gateway.fleet.size + gateway.clock.armed, sessionOf(line))
}

/** What does not concern the input audio is answered before the next is. */
async function say(line: Line, events: readonly ServerEvent[], frame: string, index: number): Promise<void> {
  const before = events.length
  line.send(frame)
  if (isAppend(frame)) return
  const probe = `probe_${index}`
  line.send(JSON.stringify({ type: probe, event_id: probe }))
  const isProbe = (event: ServerEvent): boolean => event.type === 'error' && event.error.event_id === probe
  await becomes(() => line.ended !== null || events.some(isProbe), `Nobody answers after ${frame.slice(0, 500)}`)
  mustBe(line.ended === null, `${frame.slice(0, 500)} ends the session: ${line.ended?.code} ${line.ended?.reason}`)
  mustBe(events.findIndex(isProbe) > before, `${frame.slice(0, 500)} is not answered`)
}

/** Of a session that has ended there is a mark in Redis, for a while, and nothing anywhere else. */
async function nothingIsLeft(sessions: Sessions, running: number, sessionId: string): Promise<void> {
  mustBe(running === 0, 'A driver or a timer is left')
  const mark = `sess:{tenant/${sessionId}}`
  const keys = async (): Promise<string[]> =>
    (await sessions.server.keys(`*{tenant/${sessionId}}*`)).filter((key) => key !== mark)
  await becomes(async () => (await keys()).length === 0, 'Keys are left in Redis')
  const channels = (): Promise<unknown[]> => sessions.server.each('PUBSUB', 'SHARDCHANNELS', `*{tenant/${sessionId}}*`)
  await becomes(async () => (await channels()).flat().length === 0, 'Somebody still listens')
  await becomes(() => sessions.streams === 0, 'Ears are left')
}

function sessionOf(line: Line): string {
  const first = JSON.parse(line.received[0] ?? '{}') as { session?: { id?: string } }
  return first.session?.id ?? 'sess_none'
}

function isAppend(frame: string): boolean {
  const parsed = gaDialect.parse(frame)
  return parsed.ok && parsed.event.type === 'input_audio_buffer.append'
}

async function becomes(holds: () => boolean | Promise<boolean>, otherwise: string): Promise<void> {
  const untilMs = performance.now() + patienceMs
  while (!(await holds())) {
    mustBe(performance.now() < untilMs, otherwise)
    await wait(1)
  }
}

function mustBe(holds: boolean, otherwise: string): asserts holds {
  if (!holds) throw new Error(otherwise)
}
