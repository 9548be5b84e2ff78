import { decode } from '../codec.ts'
import type { Job, Redis } from '../index.ts'
import { placesKeys } from '../keys.ts'
import { lane } from './streams.fixture.ts'

/** Where the jobs of the stub lane are, as Redis has them: for tests that look behind the curtain. */
export interface Places {
  /** In the lane, waiting or being done, in its order. */
  inLane: Job[]
  /** In the overflow, by tenant and in the order in which they will come. */
  overflow: Job[]
  /** How many places each tenant has, as it is noted. */
  noted: Record<string, number>
}

export async function readPlaces({ commands }: Redis): Promise<Places> {
  const { places, overflow } = placesKeys(lane)
  const entries = await commands.xrangeBuffer(lane, '-', '+')
  const waiting = await commands.zrangebylexBuffer(overflow, '-', '+')
  const noted = Object.entries(await commands.hgetall(places)).map(([tenant, count]) => [tenant, Number(count)])
  return {
    inLane: entries.map(([, [, job]]) => decode(job ?? Buffer.alloc(0)) as Job),
    overflow: waiting.map((member) => decode(packedJob(member)) as Job),
    noted: Object.fromEntries(noted) as Record<string, number>,
  }
}

/** A member is a tenant (its length and name), 16 digits of time, and a packed list whose first value is the job. */
function packedJob(member: Buffer): Buffer {
  const list = member.subarray(4 + member.readUInt32BE(0) + 16)
  const [headerBytes, length] = lengthAt(list, 1)
  return list.subarray(1 + headerBytes, 1 + headerBytes + length)
}

/** Of a msgpack string: of its header, and of what follows. */
function lengthAt(packed: Buffer, at: number): [number, number] {
  const type = packed.readUInt8(at)
  if (type === 0xd9) return [2, packed.readUInt8(at + 1)]
  if (type === 0xda) return [3, packed.readUInt16BE(at + 1)]
  return type === 0xdb ? [5, packed.readUInt32BE(at + 1)] : [1, type & 0x1f]
}
