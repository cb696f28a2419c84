import { can, type Actor, type UserActor } from '@hearth/authz'
import { HearthError } from '@hearth/errors'
import { isObjectId } from '@hearth/ids'
import { openRepo } from './access.ts'
import type { AccessChange, AccessKey, AccessRequest, Requester } from './access-request-port.ts'
import { boundFields, boundReason, type AccessField } from './gating-fields.ts'
import { MOVE_TO, nextStatus, type AccessStatus } from './gating.ts'
import { decodePageToken, encodePageToken, pageSizeOf } from './page-token.ts'
import type { CallerCredentials, StorageContext } from './ports.ts'
import { asResource, type Repo, type RepoName } from './repo.ts'

type GatingContext = Pick<StorageContext, 'repos' | 'accessRequests' | 'namespaces' | 'clock' | 'observe' | 'newId'>

export interface OwnAccess {
  readonly repo: Repo
  readonly request: AccessRequest | undefined
}

/** The calling user asks. Throws INVALID_ARGUMENT where nothing has to be asked for, CONFLICT when the user has asked before. */
export async function requestAccess(
  ctx: GatingContext, actor: Actor, command: { readonly repo: RepoName; readonly fields: readonly AccessField[] }, caller: CallerCredentials,
): Promise<OwnAccess> {
  const repo = await openRepo(ctx.repos, actor, command.repo, 'see')
  const user = requireUser(actor, 'ask for access')
  assertGated(repo)
  if (can(user, 'readContent', asResource(repo, false)) === 'allow') throw new HearthError('INVALID_ARGUMENT', 'You may read this repository already: there is nothing to ask for')
  const fields = boundFields(command.fields)
  const requester = await ctx.namespaces.readCaller(caller)
  const time = ctx.clock.now()
  const move = repo.gated === 'auto' ? 'askAuto' : 'ask'
  const request = await applyMove(ctx, { repoId: repo.id, key: { kind: 'user', userId: user.id }, move }, (current, status) => ({
    id: current?.id ?? ctx.newId(), user: requester, status, fields, rejectionReason: undefined, requestedAt: time,
    decision: status === 'accepted' ? { time, by: undefined } : undefined,
  }))
  return { repo, request }
}

/** What became of the calling user's own request. */
export async function readOwnAccess(ctx: GatingContext, actor: Actor, name: RepoName): Promise<OwnAccess> {
  const repo = await openRepo(ctx.repos, actor, name, 'see')
  const user = requireUser(actor, 'ask for access')
  return { repo, request: await ctx.accessRequests.findRequest(repo.id, user.id) }
}

export interface HandleCommand {
  readonly repo: RepoName
  readonly which: { readonly userName: string } | { readonly requestId: string }
  readonly status: AccessStatus
  readonly rejectionReason: string | undefined
}

/** An administrator's verdict. Throws NOT_FOUND for no such user or request, and when it says what is so already. */
export async function handleRequest(ctx: GatingContext, actor: Actor, command: HandleCommand, caller: CallerCredentials): Promise<AccessRequest> {
  const repo = await openGated(ctx, actor, command.repo, 'administer')
  const reason = boundReason(command.rejectionReason)
  if (reason !== undefined && command.status !== 'rejected') throw new HearthError('INVALID_ARGUMENT', 'rejectionReason goes with the status rejected only')
  const key = await keyOf(ctx, command.which, caller)
  const move = MOVE_TO[command.status]
  const decision = { time: ctx.clock.now(), by: deciderOf(actor) }
  return applyMove(ctx, { repoId: repo.id, key, move }, (current, status) => ({
    ...existing(current), status, rejectionReason: reason, decision: status === 'pending' ? undefined : decision,
  }))
}

/** Access for a user who need not have asked. Throws NOT_FOUND for no such user, INVALID_ARGUMENT for one who has it. */
export async function grantAccess(
  ctx: GatingContext, actor: Actor, command: { readonly repo: RepoName; readonly userName: string }, caller: CallerCredentials,
): Promise<AccessRequest> {
  const repo = await openGated(ctx, actor, command.repo, 'administer')
  const user = await findUser(ctx, command.userName, caller)
  const time = ctx.clock.now()
  const asked = { id: ctx.newId(), user: { ...user, email: undefined }, fields: [], requestedAt: time }
  return applyMove(ctx, { repoId: repo.id, key: { kind: 'user', userId: user.id }, move: 'grant' }, (current, status) => ({
    ...(current ?? asked), status, rejectionReason: undefined, decision: { time, by: deciderOf(actor) },
  }))
}

export interface ListRequestsQuery {
  readonly repo: RepoName
  readonly status: AccessStatus
  readonly pageSize: number | undefined
  readonly pageToken: string | undefined
}

/** Old clients read one page and no more. */
const DEFAULT_PAGE = 1000
const MAX_PAGE = 1000
/** An RPC message takes 4 MiB. */
const MAX_PAGE_BYTES = 2_000_000
const ROW_BYTES = 500

export async function listRequests(ctx: GatingContext, actor: Actor, query: ListRequestsQuery): Promise<{ readonly requests: readonly AccessRequest[]; readonly nextPageToken: string | undefined }> {
  const repo = await openGated(ctx, actor, query.repo, 'readAccessRequests')
  const limit = pageSizeOf(query.pageSize, DEFAULT_PAGE, MAX_PAGE)
  const after = query.pageToken === undefined ? undefined : parseCursor(query.pageToken, query.status)
  const found = await ctx.accessRequests.listRequests({ repoId: repo.id, status: query.status, after, limit: limit + 1 })
  const requests = takeFitting(found.slice(0, limit))
  const last = requests.at(-1)
  const isMore = found.length > requests.length && last !== undefined
  return { requests, nextPageToken: isMore ? encodePageToken([query.status, last.requestedAt.getTime(), last.id]) : undefined }
}

function takeFitting(found: readonly AccessRequest[]): readonly AccessRequest[] {
  let bytes = 0
  const end = found.findIndex((request, index) => {
    bytes += ROW_BYTES + Buffer.byteLength(JSON.stringify(request.fields)) + Buffer.byteLength(request.rejectionReason ?? '')
    return index > 0 && bytes > MAX_PAGE_BYTES
  })
  return end === -1 ? found : found.slice(0, end)
}

function parseCursor(token: string, status: AccessStatus): { readonly requestedAtMs: number; readonly id: string } {
  const [tokenStatus, requestedAtMs, id] = decodePageToken(token, ['string', 'number', 'string'])
  if (tokenStatus !== status || typeof requestedAtMs !== 'number' || typeof id !== 'string' || !isObjectId(id)) {
    throw new HearthError('INVALID_ARGUMENT', 'The page token belongs to another listing')
  }
  return { requestedAtMs, id }
}

type Decide = (current: AccessRequest | undefined, status: AccessStatus) => AccessRequest

/** One move of the state machine, decided on the row as it is. */
async function applyMove(ctx: GatingContext, what: Pick<AccessChange, 'repoId' | 'key' | 'move'>, decide: Decide): Promise<AccessRequest> {
  const request = await ctx.accessRequests.changeRequest({ ...what, decide: (current) => decide(current, nextStatus(what.move, current?.status ?? 'none')) })
  ctx.observe.accessChanged({ repoId: what.repoId, requestId: request.id, move: what.move, status: request.status })
  return request
}

function existing(current: AccessRequest | undefined): AccessRequest {
  if (current === undefined) throw new HearthError('INTERNAL', 'a decision on nothing')
  return current
}

async function openGated(ctx: GatingContext, actor: Actor, name: RepoName, action: 'administer' | 'readAccessRequests'): Promise<Repo> {
  const repo = await openRepo(ctx.repos, actor, name, action)
  assertGated(repo)
  return repo
}

function assertGated(repo: Repo): void {
  if (repo.gated === 'open') throw new HearthError('INVALID_ARGUMENT', 'This repository is not gated')
}

/** A fine-grained token is made for less than to speak for its owner. */
function requireUser(actor: Actor, goal: string): UserActor {
  if (actor.kind !== 'user') throw new HearthError('UNAUTHENTICATED', `You must log in to ${goal}.`)
  if (actor.token.role === 'fineGrained') throw new HearthError('FORBIDDEN', `Forbidden: a fine-grained token cannot ${goal}; use another one.`)
  return actor
}

async function keyOf(ctx: GatingContext, which: HandleCommand['which'], caller: CallerCredentials): Promise<AccessKey> {
  if ('requestId' in which) return { kind: 'request', requestId: which.requestId }
  return { kind: 'user', userId: (await findUser(ctx, which.userName, caller)).id }
}

async function findUser(ctx: GatingContext, name: string, caller: CallerCredentials): Promise<Requester> {
  const user = await ctx.namespaces.findUser(name, caller)
  if (user === undefined) throw new HearthError('NOT_FOUND', `There is no user named ${JSON.stringify(name.slice(0, 100))}`)
  return user
}

function deciderOf(actor: Actor): { readonly id: string; readonly name: string } {
  return actor.kind === 'user' ? { id: actor.id, name: actor.name } : { id: '', name: actor.kind === 'service' ? actor.name : '' }
}
