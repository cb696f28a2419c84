import { expect, test } from 'vitest'
import { createTestDatabase } from './create-test-database.ts'

test('each test gets a database of its own', async () => {
  await using one = await createTestDatabase({ schema: 'alpha' })
  await using two = await createTestDatabase({ schema: 'alpha' })
  await one.db.run({ text: 'CREATE TABLE mine (id int)' })
  const found = await two.db.query<{ name: string | null }>({ text: `SELECT to_regclass('mine')::text AS name` })
  expect(found).toEqual([{ name: null }])
})

test('roles of other services own their schemas only', async () => {
  await using own = await createTestDatabase({ schema: 'alpha', others: [{ schema: 'beta' }] })
  await own.open('beta').run({ text: 'CREATE TABLE secrets (id int)' })
  await expect(own.db.query({ text: 'SELECT * FROM beta.secrets' })).rejects.toThrow('permission denied')
})
