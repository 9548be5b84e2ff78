import type { Closable } from '@voicebox/kernel'
import { z } from 'zod'
import { ask } from './ask.ts'
import { decode, encode } from './codec.ts'
import { channelNames } from './keys.ts'
import type { Redis } from './redis.ts'

const keyChangeSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('key_revoked'), prefix: z.string() }),
  z.object({ kind: z.enum(['tenant_suspended', 'tenant_resumed', 'tenant_changed']), tenantId: z.string() }),
])
/** What whoever has let somebody in must hear of. */
export type KeyChangeMessage = z.infer<typeof keyChangeSchema>

/** Tells every gateway. Nothing is kept: who hears nothing finds out by asking the database, seconds later. */
export async function tellKeyChange(redis: Redis, change: KeyChangeMessage): Promise<void> {
  await ask(redis.commands, z.number(), 'SPUBLISH', channelNames.keyChanges, encode(change))
}

/** Hears of changes from when it resolves until it is closed; `onGap`: some may have been missed. */
export async function watchKeyChanges(
  redis: Redis,
  { onChange, onGap }: { onChange(change: KeyChangeMessage): void; onGap(): void },
): Promise<Closable> {
  return redis.channels.subscribe(channelNames.keyChanges, {
    onMessage: (message) => onChange(keyChangeSchema.parse(decode(message))),
    onGap,
  })
}
