import type { IncomingMessage, ServerResponse } from 'node:http'
import type { AccountsServiceService } from '@hearth/proto/auth/v1/accounts'
import type { AdminServiceService } from '@hearth/proto/auth/v1/admin'
import type { MembersServiceService } from '@hearth/proto/auth/v1/members'
import type { ProfilesServiceService } from '@hearth/proto/auth/v1/profiles'
import type { TokensServiceService } from '@hearth/proto/auth/v1/tokens'
import type { AccessServiceService } from '@hearth/proto/storage/v1/access'
import type { CatalogueServiceService } from '@hearth/proto/storage/v1/catalogue'
import type { ContentServiceService, LfsServiceService } from '@hearth/proto/storage/v1/content'
import type { RepoServiceService } from '@hearth/proto/storage/v1/repos'
import type { SocialServiceService } from '@hearth/proto/storage/v1/social'
import type { ServiceClient } from '@hearth/rpc'
import type { Callers, DataPlane, DownloadReporter, Observer } from '../domain/ports.ts'

export type HttpDataPlane = DataPlane<IncomingMessage, ServerResponse>

export interface HttpSettings {
  readonly version: string
  readonly allowedHosts: readonly string[]
  readonly trustedProxies: readonly string[]
  readonly dataPlaneMode: 'redirect' | 'proxy'
  readonly bodyIdleTimeoutMs: number
  readonly contentOrigin: string | undefined
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
  readonly repos: ServiceClient<typeof RepoServiceService>
  readonly content: ServiceClient<typeof ContentServiceService>
  readonly lfs: ServiceClient<typeof LfsServiceService>
  readonly access: ServiceClient<typeof AccessServiceService>
  readonly catalogue: ServiceClient<typeof CatalogueServiceService>
  readonly social: ServiceClient<typeof SocialServiceService>
  readonly downloads: DownloadReporter
  readonly dataPlane: HttpDataPlane
  readonly observer: Observer
  readonly metricsText: () => Promise<string>
  readonly isReady: () => Promise<boolean>
}
