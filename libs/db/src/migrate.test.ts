import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { createTestDatabase } from '@hearth/testkit'
import { expect, test } from 'vitest'
import { migrate } from './migrate.ts'

interface Folder extends AsyncDisposable {
  readonly url: URL
  write(name: string, sql: string): Promise<void>
  remove(name: string): Promise<void>
}

async function makeFolder(files: Readonly<Record<string, string>>): Promise<Folder> {
  const dir = await mkdtemp(join(tmpdir(), 'hearth-migrations-'))
  const write = (name: string, sql: string): Promise<void> => writeFile(join(dir, name), sql)
  for (const [name, sql] of Object.entries(files)) await write(name, sql)
  return { url: pathToFileURL(dir), write, remove: (name) => rm(join(dir, name)), [Symbol.asyncDispose]: () => rm(dir, { recursive: true }) }
}

const FIRST = { '0001_things.sql': 'CREATE TABLE things (id int);\nINSERT INTO things VALUES (1);\n' }

test('applies what is new, in order, once', async () => {
  await using own = await createTestDatabase({ schema: 'alpha' })
  await using folder = await makeFolder(FIRST)
  expect(await migrate(own.db, folder.url)).toEqual(['0001_things'])
  await folder.write('0002_more.sql', 'ALTER TABLE things ADD name text')
  await folder.write('0003_index.sql', '-- hearth: no transaction\nCREATE INDEX CONCURRENTLY things_name ON things (name)')
  expect(await migrate(own.db, folder.url)).toEqual(['0002_more', '0003_index'])
  expect(await migrate(own.db, folder.url)).toEqual([])
})

test('several processes at once: one works, the others find it done', async () => {
  await using own = await createTestDatabase({ schema: 'alpha' })
  await using folder = await makeFolder({ '0001_slow.sql': 'SELECT pg_sleep(0.1); CREATE TABLE things (id int)' })
  const applied = await Promise.all([own.db, own.open('alpha'), own.open('alpha')].map((db) => migrate(db, folder.url)))
  expect(applied.flat()).toEqual(['0001_slow'])
})

test('a migration that fails leaves nothing of itself, and its name in the error', async () => {
  await using own = await createTestDatabase({ schema: 'alpha' })
  await using folder = await makeFolder({ ...FIRST, '0002_bad.sql': 'CREATE TABLE half (id int); SELECT 1/0' })
  await expect(migrate(own.db, folder.url)).rejects.toThrow('migration 0002_bad of the schema "alpha" failed: division by zero')
  expect(await own.db.query({ text: `SELECT to_regclass('half')::text AS half, (SELECT count(*) FROM things) AS things` })).toEqual([{ half: null, things: 1 }])
})

test('a schema that a newer program made is refused', async () => {
  await using own = await createTestDatabase({ schema: 'alpha' })
  await using folder = await makeFolder({ ...FIRST, '0002_new.sql': 'SELECT 1' })
  await migrate(own.db, folder.url)
  await folder.remove('0002_new.sql')
  await expect(migrate(own.db, folder.url)).rejects.toMatchObject({ name: 'StartRefused', exitCode: 78, message: expect.stringMatching(/newer than this program.*0002_new/) as unknown })
})

test('edited, unknown and slipped-in migrations are refused', async () => {
  await using own = await createTestDatabase({ schema: 'alpha' })
  await using folder = await makeFolder({ ...FIRST, '0003_third.sql': 'SELECT 1' })
  await migrate(own.db, folder.url)
  await folder.write('0002_late.sql', 'SELECT 1')
  await expect(migrate(own.db, folder.url)).rejects.toThrow(/0002_late.*is new, but 0003_third was applied already/)
  await folder.remove('0002_late.sql')
  await folder.write('0001_things.sql', 'SELECT 2')
  await expect(migrate(own.db, folder.url)).rejects.toThrow(/0001_things.*another text/)
  await folder.remove('0001_things.sql')
  await expect(migrate(own.db, folder.url)).rejects.toThrow(/0001_things, which this program does not know/)
})

test('line ends do not matter, names and numbers do', async () => {
  await using own = await createTestDatabase({ schema: 'alpha' })
  await using folder = await makeFolder(FIRST)
  await migrate(own.db, folder.url)
  await folder.write('0001_things.sql', FIRST['0001_things.sql'].replaceAll('\n', '\r\n'))
  expect(await migrate(own.db, folder.url)).toEqual([])
  await folder.write('0001_again.sql', 'SELECT 1')
  await expect(migrate(own.db, folder.url)).rejects.toThrow('two migrations have the number')
  await folder.write('2_x.sql', 'SELECT 1')
  await expect(migrate(own.db, folder.url)).rejects.toThrow('NNNN_name.sql')
})
