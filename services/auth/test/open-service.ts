import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { loadConfig } from '@hearth/config'
import type { Db } from '@hearth/db'
import { AuthenticationServiceService } from '@hearth/proto/auth/v1/authentication'
import { createInProcessServer, createInProcessTransport, createTcpTransport, startGrpcServer, type Transport } from '@hearth/rpc'
import { createTestDatabase } from '@hearth/testkit'
import { AuthEnv, toAuthConfig } from '../src/config.ts'
import { MIGRATIONS, startAuth, type AuthDeps, type AuthService } from '../src/service.ts'

export const SERVICE_SECRET = 's'.repeat(40)

/** Auth as a whole over PostgreSQL, reached through a transport. */
export interface World extends AsyncDisposable {
  readonly dataDir: string
  readonly db: Db
  readonly auth: AuthService
  readonly transport: Transport
}

export type Connect = (auth: AuthService) => Promise<AsyncDisposable & { readonly transport: Transport }>

export const overTcp: Connect = async (auth) => {
  const server = await startGrpcServer({ services: auth.handlers, verifyActor: auth.verifyActor, address: '127.0.0.1:0', drainTimeoutMs: 0 })
  const transport = createTcpTransport({ address: server.address })
  return { transport, [Symbol.asyncDispose]: async () => { await transport[Symbol.asyncDispose](); await server[Symbol.asyncDispose]() } }
}

export const inProcess: Connect = (auth) => {
  const server = createInProcessServer({ services: auth.handlers, verifyActor: auth.verifyActor })
  return Promise.resolve({ transport: createInProcessTransport(server), [Symbol.asyncDispose]: () => server[Symbol.asyncDispose]() })
}

export function compose(dataDir: string, db: Db, repos?: AuthDeps['repos']): Promise<AuthService> {
  const env = loadConfig(AuthEnv, { HEARTH_AUTH_SERVICE_SECRETS: `dataset=${SERVICE_SECRET}` }).values
  const config = toAuthConfig(env, { dataDir })
  return startAuth(config, { db, repos })
}

export async function openWorld(connect: Connect, repos?: AuthDeps['repos']): Promise<World> {
  const dataDir = await mkdtemp(join(tmpdir(), 'hearth-auth-service-'))
  const database = await createTestDatabase({ schema: 'auth', migrations: MIGRATIONS })
  const auth = await compose(dataDir, database.db as Db, repos)
  const connection = await connect(auth)
  return {
    dataDir, db: database.db as Db, auth, transport: connection.transport,
    [Symbol.asyncDispose]: async () => {
      await connection[Symbol.asyncDispose]()
      await auth[Symbol.asyncDispose]()
      await database[Symbol.asyncDispose]()
      await rm(dataDir, { recursive: true, force: true })
    },
  }
}

/** The actor token that an access token or a session is worth. */
export async function present(world: World, value: string, $case: 'accessToken' | 'session' = 'accessToken'): Promise<string> {
  const { results: [result] } = await world.transport.client(AuthenticationServiceService).authenticate({ credentials: [{ kind: { $case, value } }] })
  if (result?.outcome?.$case !== 'authenticated') throw new Error('rejected')
  return result.outcome.value.actorToken
}

export const CONNECTIONS: readonly [string, Connect][] = [['in process', inProcess], ['over TCP', overTcp]]
