import { type Scope, openScope, silentLog } from '@voicebox/kernel'
import { afterAll, beforeAll } from 'vitest'
import { type Store, openStore } from '../index.ts'
import { type StartPostgresOptions, type TestPostgres, startPostgres } from './postgres-server.ts'

/** A Postgres that is there while the tests run which it was made for. */
export interface PostgresFixture extends Omit<TestPostgres, 'close'> {
  /** A way to it, which is open while those tests run. */
  store(): Store
}

/**
 * Gives the tests of a `describe` block a real Postgres of their own, and closes it after them, with every store of it.
 *
 *     const postgres = usePostgres()
 *     const store = postgres.store()
 *     it('keeps tenants', async () => void (await createTenant(store, …)))
 *
 * It registers the block's hooks: call it first, so that what the block's own hooks open is closed before it.
 */
export function usePostgres(options: StartPostgresOptions = {}): PostgresFixture {
  const stores: Store[] = []
  let wanted = 0
  let server: TestPostgres | undefined
  let scope: Scope | undefined
  beforeAll(async () => {
    const opened = (scope = openScope())
    const { url } = (server = opened.use(await startPostgres(options)))
    while (stores.length < wanted) stores.push(opened.use(openStore({ url, name: 'test', log: silentLog })))
  })
  afterAll(() => scope?.close())
  return Object.assign(
    standIn<TestPostgres>(() => server),
    {
      store() {
        const index = wanted++
        return standIn(() => stores[index])
      },
    },
  )
}

/** Stands for what is opened later, so that tests can name it once. */
function standIn<T extends object>(opened: () => T | undefined): T {
  return new Proxy({} as T, {
    get(own, name) {
      const subject = Reflect.has(own, name) ? own : opened()
      if (subject === undefined) throw new Error(`${String(name)} is there in tests and hooks only`)
      return Reflect.get(subject, name) as unknown
    },
  })
}
