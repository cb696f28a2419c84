import { createTestDatabase, type TestDatabase } from '@hearth/testkit'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createDatabase } from './create-database.ts'
import { isForeignKeyViolation, isUniqueViolation } from './pg-errors.ts'
import { toJsonb } from './sql-text.ts'

interface Tables {
  accounts: { id: number; size_bytes: number; data: Buffer | null; body: unknown }
}

let own: TestDatabase<Tables>

beforeAll(async () => {
  own = await createTestDatabase<Tables>({ schema: 'alpha' })
  await own.db.run({ text: 'CREATE TABLE accounts (id bigint PRIMARY KEY, size_bytes bigint NOT NULL DEFAULT 0, data bytea, body jsonb, CONSTRAINT positive CHECK (size_bytes >= 0))' })
  await own.db.run({ text: 'CREATE TABLE tokens (account bigint REFERENCES accounts (id))' })
})
afterAll(() => own[Symbol.asyncDispose]())

describe('values', () => {
  test('int8, bytea, jsonb and date arrive as numbers, buffers, values and text', async () => {
    const rows = await own.db.query({ text: `SELECT 9007199254740991::int8 AS big, ARRAY[1, NULL]::int8[] AS list, '\\x00ff'::bytea AS data, '{"a":[1]}'::jsonb AS body, '2026-02-03'::date AS day, count(*) AS n FROM accounts WHERE false` })
    expect(rows).toEqual([{ big: 9007199254740991, list: [1, null], data: Buffer.from([0, 255]), body: { a: [1] }, day: '2026-02-03', n: 0 }])
  })

  test('an int8 that JavaScript cannot hold is an error, not a rounded number', async () => {
    await expect(own.db.query({ text: 'SELECT 9007199254740993::int8' })).rejects.toThrow('larger than a JavaScript integer')
    expect(await own.db.query({ text: 'SELECT 1 AS one' })).toEqual([{ one: 1 }])
  })

  test('jsonb text loses U+0000 and nothing else', async () => {
    const body = { text: 'a\u0000b', slash: '\\u0000', key: '\\' }
    const [row] = await own.db.query<{ body: unknown }>({ text: 'SELECT $1::jsonb AS body', values: [toJsonb(body)] })
    expect(row?.body).toEqual({ text: 'ab', slash: '\\u0000', key: '\\' })
  })

  test('Kysely and hand-written SQL work on the same schema', async () => {
    await own.db.kysely.insertInto('accounts').values({ id: 10, size_bytes: 5, data: Buffer.from('x'), body: null }).execute()
    const text = 'SELECT id, size_bytes FROM accounts WHERE id = $1'
    for (let round = 0; round < 3; round += 1) expect(await own.db.query({ name: 'account_size', text, values: [10] })).toEqual([{ id: 10, size_bytes: 5 }])
    expect(await own.db.run({ text: 'UPDATE accounts SET size_bytes = 6 WHERE id = 10' })).toBe(1)
    const prepared = await own.db.kysely.connection().execute(async (one) => {
      await one.selectFrom('accounts').select('id').execute()
      return own.db.query<{ n: number }>({ text: `SELECT count(*) AS n FROM pg_prepared_statements` })
    })
    expect(prepared).toHaveLength(1)
  })
})

describe('transactions', () => {
  test('commit together or not at all', async () => {
    const change = own.db.transaction(async (tx) => {
      await tx.kysely.insertInto('accounts').values({ id: 20, size_bytes: 0, data: null, body: null }).execute()
      expect(await tx.query({ text: 'SELECT id FROM accounts WHERE id = 20' })).toHaveLength(1)
      throw new Error('no')
    })
    await expect(change).rejects.toThrow('no')
    expect(await own.db.query({ text: 'SELECT id FROM accounts WHERE id = 20' })).toEqual([])
  })

  test('a serialization failure is tried again as often as asked for, then CONFLICT', async () => {
    await own.db.run({ text: 'INSERT INTO accounts (id) VALUES (30), (31)' })
    const sum = async (attempts: number, from: number, to: number): Promise<void> => own.db.transaction(async (tx) => {
      const [row] = await tx.query<{ n: number }>({ text: 'SELECT sum(size_bytes)::int8 AS n FROM accounts WHERE id IN (30, 31)' })
      await tx.query({ text: 'SELECT pg_sleep(0.05)' })
      await tx.run({ text: 'UPDATE accounts SET size_bytes = $2 + 1 WHERE id = $1', values: [to, row?.n ?? from] })
    }, { isolation: 'serializable', attempts })
    const once = await Promise.allSettled([sum(1, 30, 31), sum(1, 31, 30)])
    expect(once.map((one) => (one.status === 'rejected' ? one.reason.reason : 'done')).sort()).toEqual(['CONFLICT', 'done'])
    await expect(Promise.all([sum(5, 30, 31), sum(5, 31, 30)])).resolves.toBeDefined()
  })

  test('violations are recognised by their constraint', async () => {
    await own.db.run({ text: 'INSERT INTO accounts (id) VALUES (40)' })
    const again = await own.db.run({ text: 'INSERT INTO accounts (id) VALUES (40)' }).catch((error: unknown) => error)
    expect([isUniqueViolation(again), isUniqueViolation(again, 'accounts_pkey'), isUniqueViolation(again, 'other'), isForeignKeyViolation(again)]).toEqual([true, true, false, false])
    const orphan = await own.db.run({ text: 'INSERT INTO tokens VALUES (999)' }).catch((error: unknown) => error)
    expect(isForeignKeyViolation(orphan, 'tokens_account_fkey')).toBe(true)
  })
})

describe('failures', () => {
  test('a server that is not there, or goes away in the middle, is UNAVAILABLE', async () => {
    await using nowhere = createDatabase({ connection: { host: '/nonexistent', port: 5432, user: 'x', database: 'x' }, schema: 'alpha' })
    await expect(nowhere.query({ text: 'SELECT 1' })).rejects.toMatchObject({ reason: 'UNAVAILABLE', retryAfterMs: 1000 })
    const cut = own.db.transaction(async (tx) => {
      const [row] = await tx.query<{ pid: number }>({ text: 'SELECT pg_backend_pid() AS pid' })
      await using admin = createDatabase({ connection: own.connection(), schema: 'public' })
      await admin.query({ text: 'SELECT pg_terminate_backend($1)', values: [row?.pid] })
      await tx.query({ text: 'SELECT 1' })
    })
    await expect(cut).rejects.toMatchObject({ reason: 'UNAVAILABLE' })
    expect(await own.db.query({ text: 'SELECT 1 AS one' })).toEqual([{ one: 1 }])
  })

  test('a statement that takes too long is cut off', async () => {
    await using hasty = createDatabase({ connection: own.connection(), schema: 'public', statementTimeoutMs: 50 })
    await expect(hasty.query({ text: 'SELECT pg_sleep(5)' })).rejects.toMatchObject({ reason: 'DEADLINE_EXCEEDED' })
  })

  test('names of schemas and roles are checked, as they go into connection options', () => {
    expect(() => createDatabase({ connection: own.connection(), schema: 'a -c x=y' })).toThrow(TypeError)
  })

  test('switching to a role after login', async () => {
    await using switched = createDatabase({ connection: own.connection(), schema: 'alpha', role: 'hearth_alpha' })
    expect(await switched.query({ text: 'SELECT current_user::text AS who' })).toEqual([{ who: 'hearth_alpha' }])
  })
})

test('a session listens, holds locks, and comes back when its connection is cut', async () => {
  let hints = 0
  await using session = await own.db.openSession({ channel: 'knock', onHint: () => { hints += 1 } })
  await own.db.query({ text: `SELECT pg_notify('knock', '')` })
  await expect.poll(() => hints).toBe(1)
  const before = session.generation
  const [row] = await session.query<{ pid: number }>('SELECT pg_backend_pid() AS pid')
  await using admin = createDatabase({ connection: own.connection(), schema: 'public' })
  await admin.query({ text: 'SELECT pg_terminate_backend($1)', values: [row?.pid] })
  await expect.poll(() => hints, { timeout: 5_000 }).toBe(2)
  expect(session.generation).toBeGreaterThan(before)
  expect(await session.query('SELECT 1 AS one')).toEqual([{ one: 1 }])
})
