import { createTestDatabase, type TestDatabase } from '@hearth/testkit'
import { expect, test } from 'vitest'
import { accountStoreSuite } from '../../test/suites/account-store.suite.ts'
import { serviceSecretStoreSuite } from '../../test/suites/service-secret-store.suite.ts'
import { createPgAccountStore } from './account-store.pg.ts'
import type { AccountEvent } from '../domain/account-events.ts'
import { createPgServiceSecretStore } from './service-secret-store.pg.ts'

const MIGRATIONS = new URL('./migrations/', import.meta.url)

function open(): Promise<TestDatabase<unknown>> {
  return createTestDatabase({ schema: 'auth', migrations: MIGRATIONS })
}

accountStoreSuite('accounts in PostgreSQL', async () => {
  const database = await open()
  const events: AccountEvent[] = []
  const store = createPgAccountStore(database.db, (_tx, added) => {
    events.push(...added)
    return Promise.resolve()
  })
  return { store, readEvents: () => Promise.resolve(events), [Symbol.asyncDispose]: () => database[Symbol.asyncDispose]() }
})

serviceSecretStoreSuite('PostgreSQL', async () => {
  const database = await open()
  return { store: createPgServiceSecretStore(database.db), [Symbol.asyncDispose]: () => database[Symbol.asyncDispose]() }
})

test('an event that cannot be stored takes its change with it', async () => {
  await using database = await open()
  const store = createPgAccountStore(database.db, () => Promise.reject(new Error('no outbox')))
  const write = { kind: 'createOrg', id: 'a'.repeat(24), name: 'team', fullName: 'T', defaultVisibility: 'public', createMs: 0 } as const
  await expect(store.change({ names: [], tokens: [] }, () => Promise.resolve([{ ...write, id: write.id as never }]), { actor: { kind: 'anonymous' }, requestId: 'r' })).rejects.toThrow('no outbox')
  expect(await store.hasAccounts()).toBe(false)
})
