import { createServer } from 'node:net'
import { once } from 'node:events'
import { chmod, chown, mkdir, mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { BOOTSTRAP, TOKENS } from '../harness/accounts.ts'
import { call, createRepo } from '../harness/hub-client.ts'
import { hubMain, inheritedEnv, startHub } from '../harness/hub.ts'
import { processTree } from '../harness/processes.ts'
import { run, type Finished } from '../harness/python.ts'

const NOBODY = 65_534
const isRoot = process.getuid?.() === 0
let dir: string

beforeAll(async () => { dir = await mkdtemp(join(tmpdir(), 'hearth-start-')) })
afterAll(async () => { await rm(dir, { recursive: true, force: true }) })

/** Starts a hub that is expected to refuse, and gives its end. */
async function refusedStart(env: Readonly<Record<string, string>>, prefix: readonly string[] = []): Promise<Finished> {
  return run([...prefix, ...hubMain()], { ...inheritedEnv(), HEARTH_HOST: '127.0.0.1', HEARTH_PORT: '0', ...env }, 30_000)
}

function expectClear(done: Finished, what: RegExp): void {
  expect(done.code, done.stderr).toBe(78)
  expect(done.stdout).toBe('')
  expect(done.stderr).toMatch(what)
  expect(done.stderr, 'no stack trace').not.toMatch(/^\s+at .+:\d+:\d+/m)
}

describe('starting', () => {
  test('makes an admin with a token in a file that only its owner reads', async () => {
    const dataDir = join(dir, 'first')
    await using hub = await startHub({ dataDir })
    const files = await readdir(join(dataDir, 'data'))
    const secret = files.find((name) => /admin/.test(name))
    expect(secret, files.join(' ')).toBeDefined()
    expect((await stat(join(dataDir, 'data', secret ?? ''))).mode & 0o777).toBe(0o600)
    const log = await hub.log()
    expect(log).toContain(secret)
    expect(log).not.toMatch(/hf_[A-Za-z0-9]{20}/)
    const page = await fetch(hub.url)
    expect(page.status).toBe(200)
    expect(await page.text()).toContain(`HF_ENDPOINT=${hub.url}`)
  })

  test('keeps everything over a restart', async () => {
    const dataDir = join(dir, 'again')
    {
      await using hub = await startHub({ dataDir, bootstrap: BOOTSTRAP })
      await createRepo({ url: hub.url, token: TOKENS.ana }, 'ana/kept', { private: true })
      expect(await hub.stop()).toBe(0)
    }
    await using hub = await startHub({ dataDir, bootstrap: BOOTSTRAP })
    expect((await call({ url: hub.url, token: TOKENS.ana }, 'GET', '/api/models/ana/kept')).status).toBe(200)
    expect((await call({ url: hub.url }, 'GET', '/api/models/ana/kept')).status).toBe(401)
  })

  test.skipIf(!isRoot)('works for another user than root, in a folder that only this user enters', async () => {
    const dataDir = join(dir, 'other user')
    await mkdir(dataDir, { mode: 0o700 })
    await chown(dataDir, NOBODY, NOBODY)
    await chmod(dir, 0o755)
    await using hub = await startHub({ dataDir, bootstrap: BOOTSTRAP, prefix: ['setpriv', `--reuid=${NOBODY}`, `--regid=${NOBODY}`, '--clear-groups'], env: { HOME: dataDir } })
    expect((await call({ url: hub.url, token: TOKENS.ana }, 'GET', '/api/whoami-v2')).status).toBe(200)
    expect((await stat(join(dataDir, 'data'))).uid).toBe(NOBODY)
  })
})

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  return typeof address === 'object' && address !== null ? address.port : 0
}

describe('a start that cannot work says why and ends with 78', () => {
  test('port in use', async () => {
    const server = createServer().listen(0, '127.0.0.1')
    await once(server, 'listening')
    const address = server.address()
    const port = typeof address === 'object' && address !== null ? address.port : 0
    expectClear(await refusedStart({ HEARTH_DATA_DIR: join(dir, 'p'), HEARTH_PORT: String(port) }), new RegExp(`port ${port}.*in use`, 'i'))
    server.close()
  })

  test('data folder in use by another hub', async () => {
    const dataDir = join(dir, 'shared')
    await using _hub = await startHub({ dataDir })
    expectClear(await refusedStart({ HEARTH_DATA_DIR: join(dataDir, 'data') }), /in use by another hub/i)
  })

  test.skipIf(!isRoot)('data folder not writable', async () => {
    const locked = join(dir, 'locked')
    await mkdir(locked, { mode: 0o755 })
    expectClear(await refusedStart({ HEARTH_DATA_DIR: locked, HOME: dir }, ['setpriv', `--reuid=${NOBODY}`, `--regid=${NOBODY}`, '--clear-groups']), /not writable/i)
  })

  test('data folder of a newer PostgreSQL', async () => {
    const dataDir = join(dir, 'newer')
    await startHub({ dataDir }).then((hub) => hub.stop())
    const version = (await readdir(join(dataDir, 'data'), { recursive: true })).find((name) => name.endsWith('PG_VERSION') && !name.includes('base'))
    await writeFile(join(dataDir, 'data', version ?? 'missing'), '99\n')
    expectClear(await refusedStart({ HEARTH_DATA_DIR: join(dataDir, 'data') }), /PostgreSQL 99/)
  })

  test('configuration that is wrong in two places', async () => {
    const done = await refusedStart({ HEARTH_DATA_DIR: join(dir, 'c'), HEARTH_PORT: 'eighty', HEARTH_LOG_LEVEL: 'loud' })
    expectClear(done, /HEARTH_PORT/)
    expect(done.stderr).toContain('HEARTH_LOG_LEVEL')
  })

  test('a bootstrap file that is not valid names the field', async () => {
    const path = join(dir, 'bad-bootstrap.json')
    await writeFile(path, JSON.stringify({ users: [{ name: 'ana', tokens: [{ name: 't', value: 'nope', role: 'write' }] }] }))
    expectClear(await refusedStart({ HEARTH_DATA_DIR: join(dir, 'b'), HEARTH_BOOTSTRAP_FILE: path }), /ana/)
  })
})

test('npm start brings a killed hub back by itself, with everything it had', { timeout: 60_000 }, async () => {
  const dataDir = join(dir, 'supervised')
  await using hub = await startHub({ dataDir, bootstrap: BOOTSTRAP, supervised: 'script', env: { HEARTH_PORT: String(await freePort()) } })
  await createRepo({ url: hub.url, token: TOKENS.ana }, 'ana/survives')
  const [main] = (await processTree(hub.pid)).filter((pid) => pid !== hub.pid)
  process.kill(main ?? -1, 'SIGKILL')
  const isBack = async (): Promise<number | undefined> => (await call({ url: hub.url, token: TOKENS.ana }, 'GET', '/api/models/ana/survives').catch(() => undefined))?.status
  await expect.poll(isBack, { timeout: 30_000, interval: 200 }).toBe(200)
  expect(await hub.stop()).toBe(0)
})

test('--check-config prints what is in force, without secrets', async () => {
  const done = await run([...hubMain(), '--check-config'], { ...inheritedEnv(), HEARTH_DATA_DIR: join(dir, 'x'), HEARTH_DATABASE_URL: 'postgres://u:pa55@db/h' }, 20_000)
  expect(done.code, done.stderr).toBe(0)
  expect(done.stdout).toContain(join(dir, 'x'))
  expect(done.stdout + done.stderr).not.toContain('pa55')
})
