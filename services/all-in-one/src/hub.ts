import { startAuth } from '@hearth/auth'
import { createOutboxBus } from '@hearth/events'
import { createObserver, REVOCATION_SUBJECTS, startGateway } from '@hearth/gateway'
import { AccountsServiceService } from '@hearth/proto/auth/v1/accounts'
import { AdminServiceService } from '@hearth/proto/auth/v1/admin'
import { AuthenticationServiceService } from '@hearth/proto/auth/v1/authentication'
import { MembersServiceService } from '@hearth/proto/auth/v1/members'
import { ProfilesServiceService } from '@hearth/proto/auth/v1/profiles'
import { TokensServiceService } from '@hearth/proto/auth/v1/tokens'
import { AccessServiceService } from '@hearth/proto/storage/v1/access'
import { CatalogueServiceService } from '@hearth/proto/storage/v1/catalogue'
import { ContentServiceService, LfsServiceService } from '@hearth/proto/storage/v1/content'
import { RepoServiceService } from '@hearth/proto/storage/v1/repos'
import { SocialServiceService } from '@hearth/proto/storage/v1/social'
import { createInProcessServer, createInProcessTransport, logCalls, type Transport } from '@hearth/rpc'
import { startStorage } from '@hearth/storage'
import { createMetrics, type Logger } from '@hearth/telemetry'
import { bootstrap } from './bootstrap.ts'
import type { HubConfig } from './config.ts'
import { openDatabases } from './databases.ts'
import { openListener } from './listener.ts'

export interface Hub extends AsyncDisposable {
  readonly url: string
}

const DRAIN_MS = 10_000

/** All services in this process: their contracts over the in-process transport, one database server, one public port. */
export async function startHub(config: HubConfig, log: Logger): Promise<Hub> {
  await using undo = new AsyncDisposableStack()
  const metrics = createMetrics()
  const databases = undo.use(await openDatabases(config.common, log.named('db')))
  const auth = undo.use(await startAuth(config.auth, { db: databases.auth, repos: () => transport.client(RepoServiceService), log: log.named('auth') }))
  const server = undo.use(createInProcessServer({ verifyActor: auth.verifyActor, onCall: logCalls(log.named('rpc'), 'debug') }))
  server.mount(...auth.handlers)
  const transport: Transport = undo.use(createInProcessTransport(server))
  const accounts = transport.client(AccountsServiceService)
  const storage = undo.use(await startStorage(config.storage, {
    db: databases.storage, accounts, log: log.named('storage'), metrics,
  }))
  server.mount(...storage.handlers)
  // Ended before the services it calls, and after the gateway, which has downloads left to report.
  undo.defer(() => server.drain(DRAIN_MS))
  const repos = transport.client(RepoServiceService)
  await bootstrap(config.common.bootstrapFile, { auth, repos, log: log.named('bootstrap') })

  const gateway = undo.use(await startGateway(config.gateway, {
    auth: {
      authentication: transport.client(AuthenticationServiceService), accounts, profiles: transport.client(ProfilesServiceService),
      tokens: transport.client(TokensServiceService), members: transport.client(MembersServiceService), admin: transport.client(AdminServiceService),
    },
    storage: {
      repos, content: transport.client(ContentServiceService), lfs: transport.client(LfsServiceService), access: transport.client(AccessServiceService),
      catalogue: transport.client(CatalogueServiceService), social: transport.client(SocialServiceService),
    },
    serviceToken: async () => (await auth.issueServiceToken('gateway')).token,
    dataPlane: storage.dataPlane, observer: createObserver(log.named('gateway'), metrics), metricsText: () => metrics.text(),
  }))
  const sources = [{ service: 'auth', db: databases.auth }, { service: 'storage', db: databases.storage }]
  const bus = undo.use(await createOutboxBus({ sources, log: log.named('events') }))
  undo.use(await auth.follow(bus))
  undo.use(await bus.watch({ subjects: REVOCATION_SUBJECTS, onEvent: () => gateway.forgetCallers() }))
  const listener = undo.use(await openListener({ host: config.common.host, port: config.common.port, dataPlane: storage.dataPlane.handle, gateway: gateway.handle }))
  const resources = undo.move()
  return { url: listener.url, [Symbol.asyncDispose]: () => resources.disposeAsync() }
}
