import { createTestDatabase } from '@hearth/testkit'
import { expect, test } from 'vitest'
import { createDatabase } from './create-database.ts'
import { ensureServiceSchemas } from './service-schemas.ts'

const SERVICES = [{ schema: 'auth', role: 'hearth_auth' }, { schema: 'storage', role: 'hearth_storage' }]

test('each role has its schema and no way into another', async () => {
  await using own = await createTestDatabase({ schema: 'auth' })
  for (let round = 0; round < 2; round += 1) expect(await ensureServiceSchemas(own.connection(), SERVICES, { extensions: ['pg_trgm'] })).toEqual(SERVICES)
  await using storage = createDatabase({ connection: own.connection('hearth_storage'), schema: 'storage' })
  await storage.run({ text: 'CREATE TABLE objects (id int)' })
  expect(await storage.query({ text: `SELECT similarity('abc', 'abd') > 0 AS similar` })).toEqual([{ similar: true }])
  for (const forbidden of ['SELECT * FROM storage.objects', 'CREATE TABLE storage.mine (id int)', 'CREATE TABLE public.mine (id int)', 'SET ROLE hearth_storage', 'CREATE SCHEMA mine']) {
    await expect(own.db.run({ text: forbidden }), forbidden).rejects.toThrow('permission denied')
  }
})

test('a login that may not create roles owns the schemas itself', async () => {
  await using own = await createTestDatabase({ schema: 'auth' })
  await using admin = createDatabase({ connection: own.connection(), schema: 'public' })
  await admin.run({ text: `DO $$ BEGIN CREATE ROLE plain_owner LOGIN; EXCEPTION WHEN duplicate_object THEN NULL; END $$` })
  const [row] = await admin.query<{ name: string }>({ text: 'SELECT current_database() AS name' })
  await admin.run({ text: `GRANT CREATE ON DATABASE "${row?.name ?? ''}" TO plain_owner` })
  const prepared = await ensureServiceSchemas(own.connection('plain_owner'), [{ schema: 'dataset', role: 'hearth_dataset_new' }])
  expect(prepared).toEqual([{ schema: 'dataset', role: undefined }])
})

test('a server that cannot be reached is named, its password is not', async () => {
  const refused = ensureServiceSchemas('postgres://hub:pa55@127.0.0.1:1/hearth', SERVICES)
  await expect(refused).rejects.toMatchObject({ exitCode: 78, message: expect.stringMatching(/^the database at 127\.0\.0\.1:1 cannot be used \(user hub, database hearth\): (?!.*pa55)/) as unknown })
})
