import { sleep } from '@voicebox/kernel'
import { expect, it } from 'vitest'
import { findTenant } from './index.ts'
import { usePostgres } from './testing/index.ts'

const patient = { timeout: 15_000 }
const postgres = usePostgres()
const store = postgres.store()
const works = async (): Promise<string> => (await findTenant(store, 'default'))?.id ?? 'nothing'

it('A store whose Postgres is killed says so, fails in the meantime and works again when it is back', async () => {
  expect(await works()).toBe('default')
  await postgres.stop()
  await expect(works()).rejects.toMatchObject({ kind: 'dependency' })
  await expect.poll(() => store.isReady(), patient).toBe(false)
  await postgres.start()
  await expect.poll(() => store.isReady(), patient).toBe(true)
  expect(await works()).toBe('default')
})

it('A store whose Postgres is killed between two statements fails the second, and nothing else', async () => {
  const both = store.asTenant('default', async (within) => {
    await postgres.stop()
    await sleep(200) // the loss is heard of while nothing is asked
    return within.selectFrom('tenants').selectAll().execute()
  })
  await expect(both).rejects.toMatchObject({ kind: 'dependency' })
  await postgres.start()
  await expect.poll(() => store.isReady(), patient).toBe(true)
  expect(await works()).toBe('default')
})

it('A store whose Postgres stands still does not wait for it', async () => {
  postgres.pause()
  await expect(works()).rejects.toMatchObject({ kind: 'dependency' })
  await expect.poll(() => store.isReady(), patient).toBe(false)
  postgres.resume()
  await expect.poll(() => store.isReady(), patient).toBe(true)
  expect(await works()).toBe('default')
})
