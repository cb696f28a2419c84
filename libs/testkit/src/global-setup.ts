import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { BROKER_VARIABLE, startTestServer, type TestServer } from './test-server.ts'

/**
 * vitest `globalSetup`: one PostgreSQL for all workers of a run, started only when the first test asks for it.
 * Returns the teardown.
 */
export async function setup(): Promise<() => Promise<void>> {
  const folder = await mkdtemp(join(tmpdir(), 'hearth-broker-'))
  const path = join(folder, 'socket')
  let started: Promise<TestServer & AsyncDisposable> | undefined
  const broker = createServer((socket) => {
    socket.on('error', () => undefined)
    started ??= startTestServer()
    started.then((server) => socket.end(JSON.stringify({ socketDir: server.socketDir })), (error: unknown) => socket.end(JSON.stringify({ error: String(error) })))
  })
  await once(broker.listen(path), 'listening')
  process.env[BROKER_VARIABLE] = path
  return async () => {
    broker.close()
    await started?.then((server) => server[Symbol.asyncDispose](), () => undefined)
    await rm(folder, { recursive: true, force: true })
  }
}
