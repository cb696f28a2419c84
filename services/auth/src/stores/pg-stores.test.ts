import type { Db } from '@hearth/db'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { accountStoreSuite } from '../../test/suites/account-store.suite.ts'
import { serviceSecretStoreSuite } from '../../test/suites/service-secret-store.suite.ts'
import { startTestServer, type TestServer } from '../../test/test-database.ts'
import { createPgAccountStore } from './account-store.pg.ts'
import type { AccountEvent } from '../domain/account-events.ts'
import { createPgServiceSecretStore } from './service-secret-store.pg.ts'

let server: TestServer | undefined

beforeAll(async () => {
  server = await startTestServer()
}, 60_000)

afterAll(async () => {
  await server?.[Symbol.asyncDispose]()
})

function open(): Promise<Db> {
  if (server === undefined) throw new Error('no server')
  return server.open()
}

accountStoreSuite('accounts in PostgreSQL', async () => {
  const db = await open()
  const events: AccountEvent[] = []
  const store = createPgAccountStore(db, (_tx, added) => {
    events.push(...added)
    return Promise.resolve()
  })
  return { store, readEvents: () => Promise.resolve(events), [Symbol.asyncDispose]: () => db.close() }
})

serviceSecretStoreSuite('PostgreSQL', async () => {
  const db = await open()
  return { store: createPgServiceSecretStore(db), [Symbol.asyncDispose]: () => db.close() }
})

test('an event that cannot be stored takes its change with it', async () => {
  await using db = await open()
  const store = createPgAccountStore(db, () => Promise.reject(new Error('no outbox')))
  const write = { kind: 'createOrg', id: 'a'.repeat(24), name: 'team', fullName: 'T', defaultVisibility: 'public', createMs: 0 } as const
  await expect(store.change({ names: [], tokens: [] }, () => Promise.resolve([{ ...write, id: write.id as never }]))).rejects.toThrow('no outbox')
  expect(await store.hasAccounts()).toBe(false)
})
