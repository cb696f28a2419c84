import { execFile } from 'node:child_process'
import { chmod, chown, mkdir, mkdtemp, readdir, readFile, realpath, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startWriter, type Writer, type WriterOptions } from '../../test/fixtures/start-writer.ts'
import { createDatabase } from '../create-database.ts'
import { lockDataFolder } from '../data-folder-lock.ts'
import { SILENT_LOG } from '../log.ts'
import { findPostgresBinaries } from './binaries.ts'
import { serverProcesses } from './old-server.ts'
import { startPostgres } from './start-postgres.ts'

const NOBODY = 65_534
const NAMELESS = 54_321
const AS_NOBODY = ['setpriv', `--reuid=${NOBODY}`, `--regid=${NOBODY}`, '--clear-groups']
const isRoot = process.getuid?.() === 0
let dir: string
/** Where killed writers leave their socket's folder. */
let temp: string

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'hearth db test-'))
  temp = await mkdtemp(join(tmpdir(), 'hearth-db-'))
  await chmod(dir, 0o755)
  await chmod(temp, 0o1777)
})
// Servers of killed writers may still be shutting down.
afterAll(async () => { for (const path of [dir, temp]) await rm(path, { recursive: true, force: true, maxRetries: 20, retryDelay: 50 }) })

function write(name: string, options: WriterOptions = {}): Writer {
  return startWriter(join(dir, name), { ...options, env: { TMPDIR: temp, ...options.env } })
}

function start(name: string, settings: Record<string, string> = {}): ReturnType<typeof startPostgres> {
  return startPostgres({ dataDir: join(dir, name), log: SILENT_LOG, settings })
}

describe('starting and stopping', () => {
  test('makes a cluster, keeps it over a restart, leaves nothing running or lying about', async () => {
    const first = await start('plain')
    {
      await using db = createDatabase({ connection: first.connection(), schema: 'public' })
      await db.run({ text: 'CREATE TABLE kept AS SELECT 42 AS answer' })
    }
    expect((await stat(first.socketDir)).mode & 0o777).toBe(0o700)
    await first.stop()
    await expect(stat(first.socketDir)).rejects.toThrow('ENOENT')
    expect(await serverProcesses(join(dir, 'plain', 'postgres'))).toEqual([])
    await using second = await start('plain')
    await using db = createDatabase({ connection: second.connection(), schema: 'public' })
    expect(await db.query({ text: 'SELECT answer FROM kept' })).toEqual([{ answer: 42 }])
    const wanted = ['data_checksums', 'fsync', 'full_page_writes', 'synchronous_commit']
    const durable = await db.query({ text: 'SELECT name FROM pg_settings WHERE name = ANY($1) AND setting = $2 ORDER BY name', values: [wanted, 'on'] })
    expect(durable).toEqual(wanted.map((name) => ({ name })))
  })

  test('works in a folder of mode 0700 with a long name, and repairs the mode of the cluster', async () => {
    const name = `private ${'x'.repeat(120)}`
    await mkdir(join(dir, name), { mode: 0o700 })
    await (await start(name)).stop()
    await chmod(join(dir, name, 'postgres'), 0o777)
    await (await start(name)).stop()
    expect((await stat(join(dir, name, 'postgres'))).mode & 0o777).toBe(0o700)
  })

  test('a server that dies is started again', async () => {
    await using postgres = await start('reborn')
    await using db = createDatabase({ connection: postgres.connection(), schema: 'public' })
    await db.query({ text: 'SELECT 1' })
    const { pid } = postgres
    process.kill(pid, 'SIGKILL')
    await expect(db.query({ text: 'SELECT pg_sleep(5)' })).rejects.toMatchObject({ reason: 'UNAVAILABLE' })
    await expect.poll(() => postgres.pid, { timeout: 15_000 }).not.toBe(pid)
    await expect.poll(() => db.query({ text: 'SELECT 1 AS one' }).catch(() => 'not yet'), { timeout: 15_000 }).toEqual([{ one: 1 }])
  })
})

describe('after a kill', () => {
  test('-9 of the hub, again and again: nothing acknowledged is lost', async () => {
    const dataDir = join(dir, 'killed')
    for (let round = 1; round <= 4; round += 1) {
      await using writer = write('killed')
      await writer.until((line) => line.row !== undefined && line.row >= round * 40)
      // Every second time the server goes with it, without a chance to shut down.
      await writer.kill(round % 2 === 0 ? await serverProcesses(join(dataDir, 'postgres')) : [])
      const acknowledged = Math.max(...writer.lines.map((line) => line.row ?? 0))
      await using next = write('killed', { mode: 'idle' })
      expect((await next.until((line) => line.ready !== undefined)).rows).toBeGreaterThanOrEqual(acknowledged)
      expect(await next.end('SIGTERM')).toBe(0)
    }
  })

  test('-9 during the first start leaves nothing half made', async () => {
    const dataDir = join(dir, 'unborn')
    for (const afterMs of [150, 300, 450]) {
      await using writer = write('unborn')
      await new Promise((resolve) => { setTimeout(resolve, afterMs) })
      await writer.kill()
    }
    await (await start('unborn')).stop()
    expect((await readdir(dataDir)).filter((name) => name.includes('making'))).toEqual([])
  })

  test('a lock file of a process that is gone or somebody else does not hinder', async () => {
    await (await start('stale')).stop()
    const cluster = join(dir, 'stale', 'postgres')
    await writeFile(join(cluster, 'postmaster.pid'), `${process.ppid}\n${await realpath(cluster)}\n0\n5432\n/tmp\n\n0 0\nready   \n`)
    await (await start('stale')).stop()
  })
})

describe('a start that cannot work is refused with code 78 and says why', () => {
  const refused = (what: RegExp): object => ({ name: 'StartRefused', exitCode: 78, message: expect.stringMatching(what) as unknown })

  test('folder in use, by this process or another', async () => {
    await using _own = await start('busy')
    await expect(start('busy')).rejects.toMatchObject(refused(new RegExp(`in use by another hub \\(process ${process.pid}\\)`)))
    await using other = write('busy')
    expect(await other.end()).toBe(78)
    expect(other.lines[0]?.refused).toMatch(/in use by another hub/)
  })

  test('the lock of a killed process is free', async () => {
    await using writer = write('freed')
    await writer.until((line) => line.ready !== undefined)
    await writer.kill()
    await using lock = await lockDataFolder(join(dir, 'freed'))
    expect(lock.dataDir).toBe(join(dir, 'freed'))
  })

  test('cluster of another version, or something else in its place', async () => {
    for (const [name, version] of [['newer', '99'], ['foreign', undefined]] as const) {
      await mkdir(join(dir, name, 'postgres'), { recursive: true })
      await writeFile(join(dir, name, 'postgres', version === undefined ? 'notes.txt' : 'PG_VERSION'), `${version ?? ''}\n`)
    }
    await expect(start('newer')).rejects.toMatchObject(refused(/PostgreSQL 99.*backup and restore/))
    await expect(start('foreign')).rejects.toMatchObject(refused(/not a PostgreSQL data folder/))
  })

  test('a server that will not start shows its last lines', async () => {
    await (await start('broken')).stop()
    await expect(start('broken', { shared_buffers: '1kB' })).rejects.toMatchObject(refused(/did not start[^]*shared_buffers/))
    await (await start('broken')).stop()
  })

  test('a path that is a file', async () => {
    await writeFile(join(dir, 'file'), '')
    await expect(start('file')).rejects.toMatchObject(refused(/not a folder/))
  })

  test.skipIf(!isRoot)('a folder that is not writable', async () => {
    await mkdir(join(dir, 'locked'), { mode: 0o755 })
    await using writer = write('locked', { prefix: AS_NOBODY })
    expect(await writer.end()).toBe(78)
    expect(writer.lines[0]?.refused).toMatch(/not writable/)
  })
})

describe.skipIf(!isRoot)('as whom', () => {
  test('another user, in a folder that only this user enters', async () => {
    const dataDir = join(dir, 'nobody only')
    await mkdir(dataDir, { mode: 0o700 })
    await chown(dataDir, NOBODY, NOBODY)
    for (let round = 0; round < 2; round += 1) {
      await using writer = write('nobody only', { prefix: AS_NOBODY })
      expect(await writer.until((line) => (line.row ?? 0) > 5)).toBeDefined()
      expect(writer.lines[0]?.uid).toBe(NOBODY)
      await writer.kill()
    }
  })

  test('a uid without a name, as containers give', async () => {
    const dataDir = join(dir, 'nameless')
    await mkdir(dataDir, { mode: 0o700 })
    await chown(dataDir, NAMELESS, NAMELESS)
    await using writer = write('nameless', { prefix: ['setpriv', `--reuid=${NAMELESS}`, `--regid=${NAMELESS}`, '--clear-groups'] })
    const line = await writer.until((one) => (one.row ?? 0) > 5 || one.refused !== undefined)
    if (line.refused !== undefined) expect(line.refused).toMatch(/What helps/)
  })

  test('root in a folder that belongs to somebody else runs the server as its owner', async () => {
    const dataDir = join(dir, 'owned')
    await mkdir(dataDir, { mode: 0o700 })
    await chown(dataDir, NOBODY, NOBODY)
    await using writer = write('owned')
    await writer.until((line) => (line.row ?? 0) > 5)
    expect((await stat(join(dataDir, 'postgres'))).uid).toBe(NOBODY)
  })

  test('root without user namespaces runs the server as a system user, or says what helps', async () => {
    const bin = join(dir, 'bin')
    await mkdir(bin)
    await writeFile(join(bin, 'unshare'), '#!/bin/sh\necho "unshare failed: Operation not permitted" >&2\nexit 1\n', { mode: 0o755 })
    await mkdir(join(dir, 'no namespaces'), { mode: 0o755 })
    await using writer = write('no namespaces', { env: { PATH: `${bin}:${process.env['PATH'] ?? ''}` } })
    const line = await writer.until((one) => (one.row ?? 0) > 5 || one.refused !== undefined)
    if (line.refused === undefined) expect((await stat(join(dir, 'no namespaces', 'postgres'))).uid).not.toBe(0)
    else expect(line.refused).toMatch(/What helps: run Hearth as an ordinary user/)
  })
})

test('symlinks that an install without scripts left out are restored', async () => {
  const { postgres } = await findPostgresBinaries()
  const packageDir = join(postgres, '..', '..', '..')
  const copy = join(dir, 'package')
  await promisify(execFile)('cp', ['-al', packageDir, copy])
  await promisify(execFile)('find', [join(copy, 'native', 'lib'), '-maxdepth', '1', '-type', 'l', '-delete'])
  const binDir = join(copy, 'native', 'bin')
  await using server = await startPostgres({ dataDir: join(dir, 'linked'), binDir, log: SILENT_LOG, isDurable: false })
  expect(server.pid).toBeGreaterThan(0)
  expect(await readFile(join(copy, 'native', 'lib', 'libicuuc.so.60'))).toBeInstanceOf(Buffer)
})
