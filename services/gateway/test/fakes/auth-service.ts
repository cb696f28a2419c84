import { HearthError } from '@hearth/errors'
import { NamespaceKind, OrgRole, TokenRole, Visibility, type AccountsServiceService, type Namespace } from '@hearth/proto/auth/v1/accounts'
import { RejectionReason, type AuthenticationServiceService } from '@hearth/proto/auth/v1/authentication'
import type { ServiceHandlers } from '@hearth/rpc'
import { actorOf, PEOPLE, TEAM_ID, TOKENS, namespaceIdOf } from './accounts.ts'
import { tokenOf } from './local-client.ts'

export interface FakeAuthentication extends ServiceHandlers<typeof AuthenticationServiceService> {
  /** Tokens asked for, batch by batch. */
  readonly batches: string[][]
  readonly revoked: Set<string>
  isDown: boolean
}

export function createFakeAuthentication(): FakeAuthentication {
  const self: FakeAuthentication = {
    batches: [],
    revoked: new Set(),
    isDown: false,
    async authenticate({ credentials }) {
      if (self.isDown) throw new HearthError('UNAVAILABLE', 'auth is down')
      const tokens = credentials.map(({ kind }) => kind?.value ?? '')
      self.batches.push(tokens)
      return {
        results: tokens.map((token) => {
          const known = Object.hasOwn(TOKENS, token) && !self.revoked.has(token) ? TOKENS[token] : undefined
          if (known === undefined) return { outcome: { $case: 'rejected' as const, value: { reason: RejectionReason.REJECTION_REASON_UNKNOWN } } }
          return { outcome: { $case: 'authenticated' as const, value: { actorToken: tokenOf(actorOf(known.person, known.role)), expireTime: new Date(Date.now() + 60_000) } } }
        }),
      }
    },
    getSigningKeys: async () => ({ jwksJson: '{"keys":[]}' }),
    issueServiceToken: async () => ({ actorToken: '', expireTime: undefined }),
  }
  return self
}

const ROLES = { read: TokenRole.TOKEN_ROLE_READ, write: TokenRole.TOKEN_ROLE_WRITE, fineGrained: TokenRole.TOKEN_ROLE_FINE_GRAINED } as const

export function createFakeAccounts(): ServiceHandlers<typeof AccountsServiceService> {
  return {
    async getIdentity(_request, { actor }) {
      if (actor.kind !== 'user') throw new HearthError('UNAUTHENTICATED', 'no user')
      return {
        id: actor.id, name: actor.name, fullName: actor.name.toUpperCase(), email: `${actor.name}@example.org`, isAdmin: actor.isAdmin,
        memberships: actor.orgs.map(({ id, name }) => ({ orgId: id, orgName: name, orgFullName: 'The team', role: OrgRole.ORG_ROLE_ADMIN })),
        accessToken: { id: actor.token.id, displayName: 'laptop', role: ROLES[actor.token.role], createTime: new Date(0), expireTime: undefined, lastUsedTime: undefined, scopes: undefined },
        createTime: new Date(0),
      }
    },
    async batchGetNamespaces({ names }) {
      return { namespaces: names.flatMap((name) => namespaceOf(name)) }
    },
  } as ServiceHandlers<typeof AccountsServiceService>
}

function namespaceOf(name: string): Namespace[] {
  const id = namespaceIdOf(name)
  if (id === undefined) return []
  const kind = id === TEAM_ID ? NamespaceKind.NAMESPACE_KIND_ORG : NamespaceKind.NAMESPACE_KIND_USER
  const canonical = id === TEAM_ID ? 'team' : Object.entries(PEOPLE).find(([, person]) => person.id === id)?.[0] ?? name
  return [{ id, name: canonical, fullName: canonical.toUpperCase(), kind, defaultVisibility: Visibility.VISIBILITY_PUBLIC }]
}
