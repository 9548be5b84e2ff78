import type { Settings } from '@voicebox/config'
import type { Clock, Log } from '@voicebox/kernel'
import type { Store } from '@voicebox/store'
import type { Chores, Redis } from '@voicebox/streams'
import type { KeyChange, Vault } from '@voicebox/tenancy'
import type { Caller, Credentials } from './caller.ts'

/** What the admin API works with. */
export interface AdminServices {
  store: Store
  /** Rejects with a `Failure` of kind `dependency` where it cannot be had. */
  redis(): Promise<Redis>
  /** The same of the chores. */
  chores(): Promise<Chores>
  /** Null: nobody that is known, which was written down. Rejects with a `Failure` when that cannot be known at the moment. */
  authenticate(credentials: Credentials): Promise<Caller | null>
  /** Tells gateways what has changed. Never rejects: they find out by themselves too. */
  tell(change: KeyChange): Promise<void>
  /** What the installation gives each tenant that has no quotas of its own. */
  rateLimits: Settings['rateLimits']
  /** Seals what nobody may read from the database. Throws a `Failure` where there is no key for that. */
  seal: Vault['seal']
  /** Names this process to those who look. */
  name: string
  clock: Clock
  log: Log
  /** How much one key may ask in a minute, of each process. Absent: 600. */
  requestsPerMinute?: number
}
