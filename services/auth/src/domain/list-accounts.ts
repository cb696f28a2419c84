import type { Actor } from '@hearth/authz'
import { HearthError } from '@hearth/errors'
import { foldName } from '@hearth/ids'
import type { AccessToken, Member, Profile, UserRecord } from './account.ts'
import { requireHubAdmin, type AdminDeps } from './admin-context.ts'
import type { AuditEntry } from './audit.ts'
import { pageKey, readPage, type Page, type Paged } from './page-token.ts'
import type { AccountDirectory, AuditLog } from './ports.ts'

type Directory = Pick<AdminDeps, 'directory'>

export async function getProfile(directory: AccountDirectory, query: { readonly name: string; readonly kind: 'user' | 'org' | undefined }, signal: AbortSignal): Promise<Profile> {
  const profile = await directory.findProfile(foldName(query.name), signal)
  if (profile === undefined || (query.kind !== undefined && profile.namespace.kind !== query.kind)) {
    throw new HearthError('NOT_FOUND', query.kind === 'org' ? 'Organization not found' : 'User not found')
  }
  return profile
}

export async function listMembers(directory: AccountDirectory, org: string, page: Page, signal: AbortSignal): Promise<Paged<Member>> {
  const { namespace } = await getProfile(directory, { name: org, kind: 'org' }, signal)
  const afterName = pageKey(page)
  return readPage(page, (limit) => directory.listMembers({ orgId: namespace.id, afterName, limit }, signal), ({ name }) => foldName(name))
}

export interface ListUsersQuery extends Page {
  readonly search: string | undefined
  readonly isSuspended: boolean | undefined
}

const MAX_SEARCH = 200

export async function listUsers({ directory }: Directory, actor: Actor, query: ListUsersQuery, signal: AbortSignal): Promise<Paged<UserRecord>> {
  requireHubAdmin(actor, 'read')
  const { search, isSuspended } = query
  if ((search?.length ?? 0) > MAX_SEARCH) throw new HearthError('INVALID_ARGUMENT', `A search has ${MAX_SEARCH} characters at most`)
  const afterName = pageKey(query)
  return readPage(query, (limit) => directory.listUsers({ search, isSuspended, afterName, limit }, signal), ({ name }) => foldName(name))
}

export interface UserDetails {
  readonly user: UserRecord
  readonly profile: Profile
  readonly tokens: readonly AccessToken[]
}

export async function getUser({ directory }: Directory, actor: Actor, name: string, signal: AbortSignal): Promise<UserDetails> {
  requireHubAdmin(actor, 'read')
  const user = await directory.findUser(foldName(name), signal)
  if (user === undefined) throw new HearthError('NOT_FOUND', 'User not found')
  const profile = await getProfile(directory, { name, kind: 'user' }, signal)
  return { user, profile, tokens: await directory.listTokens(user.id, signal) }
}

export interface ListAuditQuery extends Page {
  readonly actor: string | undefined
  readonly target: string | undefined
  readonly action: string | undefined
}

const ACTION = /^[a-z]+(?:[.-][a-z]+)*$/

export async function listAuditEntries(audit: AuditLog, actor: Actor, query: ListAuditQuery, signal: AbortSignal): Promise<Paged<AuditEntry>> {
  requireHubAdmin(actor, 'read')
  if (query.action !== undefined && (query.action.length > 50 || !ACTION.test(query.action))) throw new HearthError('INVALID_ARGUMENT', 'action must be one such as "token.create", or the first part of one')
  for (const name of [query.actor, query.target]) if ((name?.length ?? 0) > MAX_SEARCH) throw new HearthError('INVALID_ARGUMENT', 'actor and target are names')
  const beforeId = entryId(query)
  return readPage(query, (limit) => audit.list({
    actor: query.actor === undefined ? undefined : foldName(query.actor), target: query.target === undefined ? undefined : foldName(query.target),
    action: query.action, beforeId, limit,
  }, signal), ({ id }) => String(id))
}

function entryId(page: Page): number | undefined {
  const key = pageKey(page)
  if (key !== undefined && !/^[1-9]\d{0,14}$/.test(key)) throw new HearthError('INVALID_ARGUMENT', 'The page token belongs to another listing')
  return key === undefined ? undefined : Number(key)
}
