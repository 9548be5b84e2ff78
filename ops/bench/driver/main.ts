import { sleep } from '@voicebox/kernel'
import { type Clip, frameMs, loadClips } from './clips.ts'
import type { ActName, Acts, Answer, Call, Turns } from './messages.ts'
import { inRealTime } from './pace.ts'
import { type Seat, openSeat } from './seat.ts'

// The clients of a measurement, in a process of their own. It does one act at a time, as it is told over the channel to its parent.

const clips = await loadClips()
let seats: Seat[] = []

const acts: { [Name in ActName]: (asked: Acts[Name]['asked']) => Promise<Acts[Name]['done']> } = {
  async open({ url, key, sessions, isBare = false, session }) {
    const atATime = 20
    for (let at = 0; at < sessions; at += atATime) {
      const some = Array.from({ length: Math.min(atATime, sessions - at) }, async () => {
        const seat = await openSeat(url, key)
        if (!isBare) await seat.created
        if (session === undefined) return seat
        const updated = seat.next('session.updated')
        seat.send({ type: 'session.update', session })
        await updated
        return seat
      })
      seats.push(...(await Promise.all(some)))
    }
    return { connectMs: seats.map(({ connectMs }) => connectMs) }
  },

  async stream({ clip, seconds }) {
    let frames = 0
    const latestMs = await inRealTime(seats.length, seconds, (who, at) => {
      seats[who]?.send(frameAt(clips[clip], at + startOf(who)))
      frames += 1
    })
    return { frames, latestMs }
  },

  async talk(asked) {
    const turns: Turns = { firstAudioMs: [], verdictMs: [], errors: 0 }
    const startedAtMs = performance.now()
    await Promise.all(seats.map((seat, who) => talkOn(seat, (who / seats.length) * asked.everyMs)))
    return turns

    async function talkOn(seat: Seat, firstMs: number): Promise<void> {
      countErrors(seat, turns)
      for (let dueMs = firstMs; dueMs + asked.everyMs <= asked.seconds * 1_000; dueMs += asked.everyMs) {
        await sleep(Math.max(0, dueMs - (performance.now() - startedAtMs)))
        await inRealTime(1, (clips.question.length * frameMs) / 1_000, (_, at) =>
          seat.send(frameAt(clips.question, at)),
        )
        const [audio, done] = [seat.next('response.output_audio.delta'), seat.next('response.done')]
        seat.send({ type: 'input_audio_buffer.commit' })
        const committedAtMs = performance.now()
        seat.send({ type: 'response.create' })
        turns.firstAudioMs.push((await audio) - committedAtMs)
        await done
      }
    }
  },

  async converse(asked) {
    const turns: Turns = { firstAudioMs: [], verdictMs: [], errors: 0 }
    const everyFrames = Math.ceil(asked.everyMs / frameMs / 4) * 4
    const sentAtMs = seats.map(() => [] as number[])
    for (const [who, seat] of seats.entries()) listenForTurns(seat, sentAtMs[who] ?? [], turns)
    await inRealTime(seats.length, asked.seconds, (who, at) => {
      const within = (at + everyFrames - (who % everyFrames)) % everyFrames
      const frame = clips.question[within] ?? frameAt(clips.silence, at)
      sentAtMs[who]?.push(performance.now())
      seats[who]?.send(frame)
    })
    return turns
  },

  async listen({ request, seconds }) {
    let length = 0
    for (const seat of seats) {
      seat.onEvent = (type, _, read) => {
        if (type === 'response.output_audio.delta') length += (read()['delta'] as string).length
      }
    }
    const untilMs = performance.now() + seconds * 1_000
    for (const seat of seats) {
      seat.send(Buffer.from(request))
      await sleep(spreadMs / seats.length)
    }
    await sleep(untilMs - performance.now())
    return { audioMs: (length * 0.75) / 48 }
  },

  async chat({ seconds }) {
    const untilMs = performance.now() + seconds * 1_000
    const done = { firstTextMs: [] as number[], doneMs: [] as number[], errors: 0 }
    await Promise.all(
      seats.map(async (seat) => {
        countErrors(seat, done)
        while (performance.now() < untilMs) {
          const content = [{ type: 'input_text', text: 'hello' }]
          seat.send({ type: 'conversation.item.create', item: { type: 'message', role: 'user', content } })
          const [text, end] = [seat.next('response.output_text.delta'), seat.next('response.done')]
          const askedAtMs = performance.now()
          seat.send({ type: 'response.create', response: { output_modalities: ['text'] } })
          done.firstTextMs.push((await text) - askedAtMs)
          done.doneMs.push((await end) - askedAtMs)
        }
      }),
    )
    return done
  },

  async close() {
    await Promise.all(seats.map((seat) => seat.close()))
    seats = []
    return {}
  },
}

/** A turn ends with the frame in which the silence is long enough; `audio_end_ms` says where that is. */
function listenForTurns(seat: Seat, sentAtMs: readonly number[], turns: Turns): void {
  let endedAtMs: number | null = null
  seat.onEvent = (type, cameAtMs, read) => {
    if (type === 'error') turns.errors += 1
    if (type === 'input_audio_buffer.speech_stopped') {
      const frame = Math.ceil((read()['audio_end_ms'] as number) / frameMs) - 1
      endedAtMs = sentAtMs[frame] ?? null
      if (endedAtMs !== null) turns.verdictMs.push(cameAtMs - endedAtMs)
    }
    if (type === 'response.output_audio.delta' && endedAtMs !== null) {
      turns.firstAudioMs.push(cameAtMs - endedAtMs)
      endedAtMs = null
    }
  }
}

function countErrors(seat: Seat, counts: { errors: number }): void {
  seat.onEvent = (type) => {
    if (type === 'error') counts.errors += 1
  }
}

function frameAt(clip: Clip, at: number): Buffer {
  return clip[at % clip.length] ?? Buffer.alloc(0)
}

/** Answers do not all begin at the same time. */
const spreadMs = 5_000

/** So that not all say the same at the same time. */
const startOf = (who: number): number => 4 * who

process.on('message', (call: Call) => {
  void perform(call)
    .then((done): Answer => ({ ok: true, done }))
    .catch((error: unknown): Answer => ({ ok: false, reason: String(error) }))
    .then((answer) => process.send?.(answer))
})
process.send?.('ready')

function perform(call: Call): Promise<Acts[ActName]['done']> {
  const act = acts[call.act] as (asked: Call['asked']) => Promise<Acts[ActName]['done']>
  return act(call.asked)
}
