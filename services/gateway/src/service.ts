import type { IncomingMessage, ServerResponse } from 'node:http'
import type { AccountsServiceService } from '@hearth/proto/auth/v1/accounts'
import type { AuthenticationServiceService } from '@hearth/proto/auth/v1/authentication'
import type { AccessServiceService } from '@hearth/proto/storage/v1/access'
import type { CatalogueServiceService } from '@hearth/proto/storage/v1/catalogue'
import type { ContentServiceService, LfsServiceService } from '@hearth/proto/storage/v1/content'
import type { RepoServiceService } from '@hearth/proto/storage/v1/repos'
import type { ServiceClient } from '@hearth/rpc'
import type { GatewayConfig } from './config.ts'
import type { DataPlane, Observer } from './domain/ports.ts'
import { createServer } from './http/server.ts'
import { createCallers } from './stores/callers.rpc.ts'
import { createDownloadReporter } from './stores/download-reporter.rpc.ts'

export interface GatewayDeps {
  readonly auth: {
    readonly authentication: ServiceClient<typeof AuthenticationServiceService>
    readonly accounts: ServiceClient<typeof AccountsServiceService>
  }
  readonly storage: {
    readonly repos: ServiceClient<typeof RepoServiceService>
    readonly content: ServiceClient<typeof ContentServiceService>
    readonly lfs: ServiceClient<typeof LfsServiceService>
    readonly access: ServiceClient<typeof AccessServiceService>
    readonly catalogue: ServiceClient<typeof CatalogueServiceService>
  }
  /** The gateway's own actor token, for what it tells storage on nobody's behalf. */
  readonly serviceToken: () => Promise<string>
  readonly dataPlane: DataPlane<IncomingMessage, ServerResponse>
  readonly observer: Observer
  /** Text of the Prometheus exposition format. */
  readonly metricsText?: () => Promise<string>
  readonly isReady?: () => Promise<boolean>
  readonly nowMs?: () => number
}

export interface Gateway extends AsyncDisposable {
  /** Answers one request of a node:http server. */
  handle(req: IncomingMessage, res: ServerResponse): void
  /** Forgets every remembered credential: after a revocation. */
  forgetCallers(): void
}

/** The whole public HTTP surface, without a listener of its own. Disposing it ends what it holds; the listener is drained by its owner. */
export async function startGateway(config: GatewayConfig, deps: GatewayDeps): Promise<Gateway> {
  const callers = createCallers({ authentication: deps.auth.authentication, ...(deps.nowMs === undefined ? {} : { nowMs: deps.nowMs }) })
  const downloads = createDownloadReporter({ catalogue: deps.storage.catalogue, serviceToken: deps.serviceToken, onLost: (error) => { deps.observer.downloadsLost({ error }) } })
  const app = await createServer({
    settings: config,
    callers,
    accounts: deps.auth.accounts,
    ...deps.storage,
    downloads,
    dataPlane: deps.dataPlane,
    observer: deps.observer,
    metricsText: deps.metricsText ?? (async () => ''),
    isReady: deps.isReady ?? (async () => true),
  })
  return {
    handle: (req, res) => { app.routing(req, res) },
    forgetCallers: () => { callers.forgetAll() },
    async [Symbol.asyncDispose]() {
      await app.close()
      await downloads[Symbol.asyncDispose]()
    },
  }
}
