import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
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
import { GatewayEnv, toGatewayConfig, type GatewayConfig } from '../src/config.ts'
import type { RequestDone } from '../src/domain/ports.ts'
import { startGateway } from '../src/service.ts'
import { createFakeAdmin, createFakeMembers, createFakeProfiles, createFakeTokens } from './fakes/auth-administration.ts'
import { createFakeAccounts, createFakeAuthentication, type FakeAuthentication } from './fakes/auth-service.ts'
import { createFakeDataPlane } from './fakes/data-plane.ts'
import { createFakeAccess } from './fakes/storage-access.ts'
import { createLocalClient, tokenOf } from './fakes/local-client.ts'
import { createFakeCatalogue } from './fakes/storage-catalogue.ts'
import { createFakeContent } from './fakes/storage-content.ts'
import { createFakeLfs } from './fakes/storage-lfs.ts'
import { createFakeRepos } from './fakes/storage-repos.ts'
import { createFakeSocial } from './fakes/storage-social.ts'
import { World } from './fakes/world.ts'

export interface TestGateway extends AsyncDisposable {
  readonly url: string
  readonly host: string
  readonly world: World
  readonly authentication: FakeAuthentication
  readonly requests: RequestDone[]
  readonly failures: unknown[]
  /** A request with a token of fakes/accounts.ts; redirects are not followed. */
  call(method: string, path: string, options?: CallRequest): Promise<Response>
}

export interface CallRequest {
  readonly token?: string | undefined
  readonly body?: string | Buffer | undefined
  readonly headers?: Readonly<Record<string, string>>
}

/** The gateway over real sockets, with fakes of auth and storage behind the real contracts. */
export async function startTestGateway(overrides: Partial<GatewayConfig> = {}): Promise<TestGateway> {
  const world = new World()
  const authentication = createFakeAuthentication()
  const requests: RequestDone[] = []
  const failures: unknown[] = []
  const local = createFakeDataPlane(world)
  const gateway = await startGateway({ ...toGatewayConfig({ allowedHosts: [], trustedProxies: [], dataPlane: 'redirect', contentHost: undefined }, GatewayEnv.parse({}), '0.1.0-test'), ...overrides }, {
    auth: {
      authentication: createLocalClient(AuthenticationServiceService, authentication), accounts: createLocalClient(AccountsServiceService, createFakeAccounts()),
      profiles: createLocalClient(ProfilesServiceService, createFakeProfiles()), tokens: createLocalClient(TokensServiceService, createFakeTokens()),
      members: createLocalClient(MembersServiceService, createFakeMembers()), admin: createLocalClient(AdminServiceService, createFakeAdmin()),
    },
    storage: {
      repos: createLocalClient(RepoServiceService, createFakeRepos(world)), content: createLocalClient(ContentServiceService, createFakeContent(world)), lfs: createLocalClient(LfsServiceService, createFakeLfs(world)),
      access: createLocalClient(AccessServiceService, createFakeAccess(world)),
      catalogue: createLocalClient(CatalogueServiceService, createFakeCatalogue(world)),
      social: createLocalClient(SocialServiceService, createFakeSocial(world)),
    },
    serviceToken: async () => tokenOf({ kind: 'service', name: 'gateway' }),
    dataPlane: local,
    observer: { requestDone: (event) => { requests.push(event) }, requestFailed: ({ error }) => { failures.push(error) }, downloadsLost: ({ error }) => { failures.push(error) } },
    metricsText: async () => 'hearth_up 1\n',
  })
  const server = createServer((req, res) => (req.url?.startsWith('/-/') === true ? void local.handle(req, res) : gateway.handle(req, res)))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`
  return {
    url: `http://${host}`, host, world, authentication, requests, failures,
    call: (method, path, { token, body, headers } = {}) => fetch(`http://${host}${path}`, {
      method, redirect: 'manual', ...(body === undefined ? {} : { body: typeof body === 'string' ? body : new Uint8Array(body) }),
      headers: { ...(token === undefined ? {} : { authorization: `Bearer ${token}` }), ...headers },
    }),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
      await gateway[Symbol.asyncDispose]()
    },
  }
}
