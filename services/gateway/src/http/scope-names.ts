import { HearthError } from '@hearth/errors'
import type { FineGrained, RepoTypeName } from '@hearth/hf-api'
import { kindOf } from '@hearth/hf-api'
import { ScopeKind, type AccessTokenInfo } from '@hearth/proto/auth/v1/accounts'
import { RepoAction } from '@hearth/proto/storage/v1/content'
import { RepoType, type Repo } from '@hearth/proto/storage/v1/repos'
import type { Call } from './call.ts'
import type { HttpDeps } from './deps.ts'
import type { AskedScope } from './mappers/access-token.ts'
import { namespaceKindName } from './mappers/account-roles.ts'
import { idOf, toRepoName } from './mappers/repo-names.ts'
import { required } from './mappers/required.ts'

export type ScopeEntity = FineGrained['scoped'][number]['entity']

/** By id: what it is called at present. */
export type ScopeNames = ReadonlyMap<string, ScopeEntity>

type Deps = Pick<HttpDeps, 'accounts' | 'repos' | 'content'>

const MAX_NAMESPACES = 1000
const MAX_REPOS = 200

/** Names of everything that the scopes of these tokens are bound to and that the caller may see. No call when there are none. */
export async function findScopeNames(deps: Deps, tokens: readonly AccessTokenInfo[], call: Call): Promise<ScopeNames> {
  const scoped = tokens.flatMap(({ scopes }) => scopes?.scoped ?? [])
  const idsOf = (kind: ScopeKind): string[] => [...new Set(scoped.filter((scope) => scope.kind === kind).map(({ id }) => id))]
  const names = new Map<string, ScopeEntity>()
  for (const ids of chunks(idsOf(ScopeKind.SCOPE_KIND_NAMESPACE), MAX_NAMESPACES)) {
    const { namespaces } = await deps.accounts.batchGetNamespaces({ names: [], ids }, call.rpc)
    for (const { id, kind, name } of namespaces) names.set(id, { _id: id, type: namespaceKindName(kind), name })
  }
  for (const ids of chunks(idsOf(ScopeKind.SCOPE_KIND_REPO), MAX_REPOS)) {
    const { repos } = await deps.repos.batchGetRepos({ ids }, call.rpc)
    for (const repo of repos) names.set(repo.id, { _id: repo.id, type: repoTypeName(repo), name: idOf(repo) })
  }
  return names
}

/** The id of what a scope names, as it is called at present. Throws NOT_FOUND and REPO_NOT_FOUND. */
export async function findScopeId(deps: Deps, { entity }: AskedScope, call: Call): Promise<string> {
  const { type, name, _id: id } = entity
  if (id !== undefined && id !== null) return id
  if (name === undefined || name === null) throw new HearthError('INVALID_ARGUMENT', 'the entity of a scope needs a name or an _id')
  if (type === 'user' || type === 'org') return findNamespaceId(deps, { type, name }, call)
  const { repo } = await deps.content.openRepo({ repo: toRepoName(kindOf(type), name), revision: undefined, action: RepoAction.REPO_ACTION_SEE }, call.rpc)
  return required(repo, 'its repo').id
}

async function findNamespaceId({ accounts }: Deps, { type, name }: { readonly type: 'user' | 'org'; readonly name: string }, call: Call): Promise<string> {
  const { namespaces } = await accounts.batchGetNamespaces({ names: [name], ids: [] }, call.rpc)
  const found = namespaces.find(({ kind }) => namespaceKindName(kind) === type)
  if (found === undefined) throw new HearthError('NOT_FOUND', `There is no ${type} named ${JSON.stringify(name.slice(0, 100))}`)
  return found.id
}

function repoTypeName({ type }: Repo): RepoTypeName {
  switch (type) {
    case RepoType.REPO_TYPE_DATASET: return 'dataset'
    case RepoType.REPO_TYPE_SPACE: return 'space'
    default: return 'model'
  }
}

function* chunks<T>(all: readonly T[], size: number): Generator<T[], void, undefined> {
  for (let from = 0; from < all.length; from += size) yield all.slice(from, from + size)
}
