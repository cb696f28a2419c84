import { createDatabase, ensureServiceSchemas, StartRefused } from '@hearth/db'
import { logCalls, startGrpcServer } from '@hearth/rpc'
import { createLogger } from '@hearth/telemetry'
import { readBootstrapFile } from './bootstrap-file.ts'
import type { StandaloneConfig } from './config.ts'
import { startAuth } from './service.ts'

/** Auth as a process of its own: its database, its gRPC server; ends with its scope, after running calls. */
export async function startStandalone(config: StandaloneConfig): Promise<AsyncDisposable & { readonly address: string }> {
  await using undo = new AsyncDisposableStack()
  const log = createLogger({ service: 'auth', level: config.common.logLevel })
  for (const warning of config.warnings) log.warn({ evt: 'config.unknown' }, warning)
  const connection = config.common.databaseUrl
  if (connection === undefined) throw new StartRefused('HEARTH_DATABASE_URL is not set; auth on its own needs a PostgreSQL server')
  const [prepared] = await ensureServiceSchemas(connection, [{ schema: 'auth', role: 'hearth_auth' }], { log: log.named('db') })
  const db = undo.use(createDatabase({ connection, schema: 'auth', role: prepared?.role, log: log.named('db') }))
  const auth = undo.use(await startAuth(config.auth, { db, log: log.named('auth') }))
  if (config.common.bootstrapFile !== undefined) {
    for (const change of await auth.applyBootstrap(await readBootstrapFile(config.common.bootstrapFile))) log.info({ evt: 'auth.bootstrap', ...change }, 'bootstrap')
  } else {
    const admin = await auth.ensureFirstAdmin()
    if (admin !== undefined) log.info({ evt: 'auth.first-admin', ...admin }, 'first admin created')
  }
  const server = undo.use(await startGrpcServer({
    services: auth.handlers, verifyActor: auth.verifyActor, address: config.listen, onCall: logCalls(log.named('rpc')),
  }))
  log.info({ evt: 'auth.ready', address: server.address }, 'ready')
  const running = undo.move()
  return { address: server.address, [Symbol.asyncDispose]: () => running.disposeAsync() }
}
