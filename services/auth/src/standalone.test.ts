import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { AuthenticationServiceService } from '@hearth/proto/auth/v1/authentication'
import { createTcpTransport } from '@hearth/rpc'
import { createTestDatabase, type TestDatabase } from '@hearth/testkit'
import { expect, test } from 'vitest'
import { ANA_TOKEN, BOOTSTRAP } from '../test/fixtures.ts'
import { readBootstrapFile } from './bootstrap-file.ts'
import { loadStandaloneConfig } from './config.ts'
import { startStandalone } from './standalone.ts'

interface World extends AsyncDisposable {
  readonly database: TestDatabase<unknown>
  readonly dataDir: string
  readonly env: Record<string, string>
}

async function open(): Promise<World> {
  const database = await createTestDatabase({ schema: 'auth' })
  const dataDir = await mkdtemp(join(tmpdir(), 'hearth-auth-standalone-'))
  const { host, port, user, database: name } = database.connection()
  const bootstrapFile = join(dataDir, 'bootstrap.json')
  await writeFile(bootstrapFile, JSON.stringify(BOOTSTRAP))
  return {
    database, dataDir,
    env: {
      HEARTH_DATA_DIR: dataDir, HEARTH_AUTH_LISTEN: '127.0.0.1:0', HEARTH_LOG_LEVEL: 'silent', HEARTH_BOOTSTRAP_FILE: bootstrapFile,
      HEARTH_DATABASE_URL: `postgres://${user}@/${name}?host=${encodeURIComponent(host)}&port=${port}`,
    },
    [Symbol.asyncDispose]: async () => {
      await database[Symbol.asyncDispose]()
      await rm(dataDir, { recursive: true, force: true })
    },
  }
}

async function authenticate(address: string, token: string): Promise<string | undefined> {
  await using transport = createTcpTransport({ address })
  const { results } = await transport.client(AuthenticationServiceService).authenticate({ credentials: [{ kind: { $case: 'accessToken', value: token } }] })
  return results[0]?.outcome?.$case
}

test('auth as its own process: migrates, bootstraps once, serves over TCP, tells its changes', async () => {
  await using world = await open()
  for (let start = 0; start < 2; start += 1) {
    await using auth = await startStandalone(loadStandaloneConfig(world.env))
    expect(await authenticate(auth.address, ANA_TOKEN)).toBe('authenticated')
    expect(await authenticate(auth.address, 'hf_somebody_else')).toBe('rejected')
  }
  const rows = await world.database.db.query<{ subject: string }>({ text: 'SELECT subject FROM outbox ORDER BY id' })
  expect(rows.map(({ subject }) => subject.replace('hearth.auth.v1.', '')).toSorted()).toEqual([
    'account.created', 'account.created', 'account.created', 'member.added', 'member.added', 'token.created', 'token.created',
  ])
  const stored = await world.database.db.query<{ text: string }>({ text: `SELECT (SELECT json_agg(t) FROM access_tokens t)::text || (SELECT json_agg(u) FROM users u)::text || (SELECT json_agg(o) FROM outbox o)::text AS text` })
  expect(stored[0]?.text).not.toContain(ANA_TOKEN)
  expect(stored[0]?.text).not.toContain('correct horse')
  expect(stored[0]?.text).toContain('$argon2id$v=19$')
})

test('a bootstrap file that is missing or wrong refuses the start, naming file and field', async () => {
  await using world = await open()
  await expect(readBootstrapFile(join(world.dataDir, 'nope.json'))).rejects.toMatchObject({ name: 'StartRefused', exitCode: 78 })
  const path = join(world.dataDir, 'wrong.json')
  await writeFile(path, JSON.stringify({ users: [{ name: 'ana', tokens: [{ name: 'w', value: 'secret-value', role: 'write' }] }] }))
  const error: unknown = await readBootstrapFile(path).catch((thrown: unknown) => thrown)
  expect(String(error)).toContain(`bootstrap file ${path}`)
  expect(String(error)).toContain('users[0].tokens[0].value of ana')
  expect(String(error)).not.toContain('secret-value')
})

test('without a database it refuses to start', async () => {
  await expect(startStandalone(loadStandaloneConfig({ HEARTH_LOG_LEVEL: 'silent' }))).rejects.toMatchObject({ name: 'StartRefused' })
})
