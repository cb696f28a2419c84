import type { IncomingMessage, ServerResponse } from 'node:http'
import type { AccountsServiceService } from '@hearth/proto/auth/v1/accounts'
import type { AdminServiceService } from '@hearth/proto/auth/v1/admin'
import type { MembersServiceService } from '@hearth/proto/auth/v1/members'
import type { ProfilesServiceService } from '@hearth/proto/auth/v1/profiles'
import type { TokensServiceService } from '@hearth/proto/auth/v1/tokens'
import type { ContentServiceService, LfsServiceService } from '@hearth/proto/storage/v1/content'
import type { RepoServiceService } from '@hearth/proto/storage/v1/repos'
import type { ServiceClient } from '@hearth/rpc'
import type { Callers, DataPlane, NamespaceCounts, Observer } from '../domain/ports.ts'
import type { Call } from './call.ts'

export type HttpDataPlane = DataPlane<IncomingMessage, ServerResponse>

export interface HttpSettings {
  readonly version: string
  readonly allowedHosts: readonly string[]
  readonly trustedProxies: readonly string[]
  readonly dataPlaneMode: 'redirect' | 'proxy'
  readonly bodyIdleTimeoutMs: number
}

/** Everything that the HTTP edge needs; put together in service.ts. */
export interface HttpDeps {
  readonly settings: HttpSettings
  readonly callers: Callers
  readonly accounts: ServiceClient<typeof AccountsServiceService>
  readonly profiles: ServiceClient<typeof ProfilesServiceService>
  readonly tokens: ServiceClient<typeof TokensServiceService>
  readonly members: ServiceClient<typeof MembersServiceService>
  readonly admin: ServiceClient<typeof AdminServiceService>
  readonly namespaceCounts: NamespaceCounts<Call['rpc']>
  readonly repos: ServiceClient<typeof RepoServiceService>
  readonly content: ServiceClient<typeof ContentServiceService>
  readonly lfs: ServiceClient<typeof LfsServiceService>
  readonly dataPlane: HttpDataPlane
  readonly observer: Observer
  readonly metricsText: () => Promise<string>
  readonly isReady: () => Promise<boolean>
}
