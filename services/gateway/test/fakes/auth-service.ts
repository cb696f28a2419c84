import type { ActorToken, TokenScopes as ActorScopes } from '@hearth/authz'
import { HearthError } from '@hearth/errors'
import { NamespaceKind, OrgRole, ScopeKind, TokenRole, Visibility, type AccountsServiceService, type Namespace, type TokenScopes } from '@hearth/proto/auth/v1/accounts'
import { RejectionReason, type AuthenticationServiceService } from '@hearth/proto/auth/v1/authentication'
import type { ServiceHandlers } from '@hearth/rpc'
import { actorOf, PEOPLE, TEAM_ID, TOKENS, namespaceIdOf } from './accounts.ts'
import { tokenOf } from './local-client.ts'

export interface FakeAuthentication extends ServiceHandlers<typeof AuthenticationServiceService> {
  /** Tokens asked for, batch by batch. */
  readonly batches: string[][]
  readonly revoked: Set<string>
  /** Of fine-grained tokens. */
  readonly scopes: Map<string, ActorScopes>
  isDown: boolean
}

export function createFakeAuthentication(): FakeAuthentication {
  const self: FakeAuthentication = {
    batches: [],
    revoked: new Set(),
    scopes: new Map(),
    isDown: false,
    async authenticate({ credentials }) {
      if (self.isDown) throw new HearthError('UNAVAILABLE', 'auth is down')
      const tokens = credentials.map(({ kind }) => kind?.value ?? '')
      self.batches.push(tokens)
      return {
        results: tokens.map((token) => {
          const known = Object.hasOwn(TOKENS, token) && !self.revoked.has(token) ? TOKENS[token] : undefined
          if (known === undefined) return { outcome: { $case: 'rejected' as const, value: { reason: RejectionReason.REJECTION_REASON_UNKNOWN } } }
          return { outcome: { $case: 'authenticated' as const, value: { actorToken: tokenOf(actorOf(known.person, known.role, self.scopes.get(token))), expireTime: new Date(Date.now() + 60_000) } } }
        }),
      }
    },
    getSigningKeys: async () => ({ jwksJson: '{"keys":[]}' }),
    issueServiceToken: async () => ({ actorToken: '', expireTime: undefined }),
  }
  return self
}

const ROLES = { read: TokenRole.TOKEN_ROLE_READ, write: TokenRole.TOKEN_ROLE_WRITE, fineGrained: TokenRole.TOKEN_ROLE_FINE_GRAINED } as const

function scopesOf({ scopes }: ActorToken): TokenScopes | undefined {
  if (scopes === undefined) return undefined
  const scoped = scopes.scoped.map(({ kind, id, permissions }) => ({ kind: kind === 'repo' ? ScopeKind.SCOPE_KIND_REPO : ScopeKind.SCOPE_KIND_NAMESPACE, id, permissions: [...permissions] }))
  return { canReadGatedRepos: scopes.canReadGatedRepos, global: [...scopes.global], scoped }
}

export function createFakeAccounts(): ServiceHandlers<typeof AccountsServiceService> {
  return {
    async getIdentity(_request, { actor }) {
      if (actor.kind !== 'user') throw new HearthError('UNAUTHENTICATED', 'no user')
      return {
        id: actor.id, name: actor.name, fullName: actor.name.toUpperCase(), email: `${actor.name}@example.org`, isAdmin: actor.isAdmin,
        memberships: actor.orgs.map(({ id, name }) => ({ orgId: id, orgName: name, orgFullName: 'The team', role: OrgRole.ORG_ROLE_ADMIN })),
        accessToken: { id: actor.token.id, displayName: 'laptop', role: ROLES[actor.token.role], createTime: new Date(0), expireTime: undefined, lastUsedTime: undefined, scopes: scopesOf(actor.token) },
        createTime: new Date(0),
      }
    },
    async batchGetNamespaces({ names, ids }) {
      const byId = ['team', ...Object.keys(PEOPLE)].filter((name) => ids.includes(namespaceIdOf(name) ?? ''))
      return { namespaces: [...names, ...byId].flatMap((name) => namespaceOf(name)) }
    },
  } as ServiceHandlers<typeof AccountsServiceService>
}

export function namespaceOf(name: string): Namespace[] {
  const id = namespaceIdOf(name)
  if (id === undefined) return []
  const kind = id === TEAM_ID ? NamespaceKind.NAMESPACE_KIND_ORG : NamespaceKind.NAMESPACE_KIND_USER
  const canonical = id === TEAM_ID ? 'team' : Object.entries(PEOPLE).find(([, person]) => person.id === id)?.[0] ?? name
  return [{ id, name: canonical, fullName: canonical.toUpperCase(), kind, defaultVisibility: Visibility.VISIBILITY_PUBLIC }]
}
