import type { IncomingMessage, ServerResponse } from 'node:http'
import type { AccountsServiceService } from '@hearth/proto/auth/v1/accounts'
import type { AdminServiceService } from '@hearth/proto/auth/v1/admin'
import type { AuthenticationServiceService } from '@hearth/proto/auth/v1/authentication'
import type { MembersServiceService } from '@hearth/proto/auth/v1/members'
import type { ProfilesServiceService } from '@hearth/proto/auth/v1/profiles'
import type { TokensServiceService } from '@hearth/proto/auth/v1/tokens'
import type { AccessServiceService } from '@hearth/proto/storage/v1/access'
import type { CatalogueServiceService } from '@hearth/proto/storage/v1/catalogue'
import type { ContentServiceService, LfsServiceService } from '@hearth/proto/storage/v1/content'
import type { RepoServiceService } from '@hearth/proto/storage/v1/repos'
import type { SocialServiceService } from '@hearth/proto/storage/v1/social'
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
    readonly profiles: ServiceClient<typeof ProfilesServiceService>
    readonly tokens: ServiceClient<typeof TokensServiceService>
    readonly members: ServiceClient<typeof MembersServiceService>
    readonly admin: ServiceClient<typeof AdminServiceService>
  }
  readonly storage: {
    readonly repos: ServiceClient<typeof RepoServiceService>
    readonly content: ServiceClient<typeof ContentServiceService>
    readonly lfs: ServiceClient<typeof LfsServiceService>
    readonly access: ServiceClient<typeof AccessServiceService>
    readonly catalogue: ServiceClient<typeof CatalogueServiceService>
    readonly social: ServiceClient<typeof SocialServiceService>
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

/** Events of auth after which remembered callers may be wrong: whoever composes the gateway watches them and calls `forgetCallers`. */
export const REVOCATION_SUBJECTS = [
  'hearth.auth.v1.token.revoked', 'hearth.auth.v1.session.ended', 'hearth.auth.v1.member.*',
  'hearth.auth.v1.account.updated', 'hearth.auth.v1.account.suspended', 'hearth.auth.v1.account.unsuspended', 'hearth.auth.v1.account.removed',
] as const

export interface Gateway extends AsyncDisposable {
  /** Answers one request of a node:http server. */
  handle(req: IncomingMessage, res: ServerResponse): void
  /** Forgets every remembered credential: after a revocation. */
  forgetCallers(): void
}

/** The whole public HTTP surface, without a listener of its own. Disposing it ends what it holds; the listener is drained by its owner. */
export async function startGateway(config: GatewayConfig, deps: GatewayDeps): Promise<Gateway> {
  const { authentication, ...auth } = deps.auth
  const callers = createCallers({ authentication, ...(deps.nowMs === undefined ? {} : { nowMs: deps.nowMs }) })
  const downloads = createDownloadReporter({ catalogue: deps.storage.catalogue, serviceToken: deps.serviceToken, onLost: (error) => { deps.observer.downloadsLost({ error }) } })
  const app = await createServer({
    settings: config,
    callers,
    ...auth,
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
