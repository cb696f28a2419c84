import type { TokenScopes } from '@hearth/authz'
import { HearthError } from '@hearth/errors'
import { foldName, type ObjectId } from '@hearth/ids'
import { hashAccessToken } from './access-token.ts'
import type { BootstrapDocument } from './bootstrap-document.ts'
import type { AccountWrite } from './account-write.ts'
import { MAX_MEMBERSHIPS } from './manage-members.ts'
import type { AccountSnapshot, AccountStore, Entropy, KnownAccount } from './ports.ts'
import { checkScopes } from './token-scopes.ts'

/** One thing that a bootstrap did (`created`, `updated`) or found different and left alone (`kept`). */
export interface BootstrapChange {
  readonly action: 'created' | 'updated' | 'kept'
  readonly subject: 'user' | 'org' | 'member' | 'token'
  /** E.g. "ana", "team/ana", "ana/write". Never a secret. */
  readonly name: string
  readonly detail?: string
}


export interface ApplyBootstrapDeps {
  readonly accounts: AccountStore
  readonly entropy: Entropy
  readonly hashPassword: (password: string) => Promise<string>
}

const ORIGIN = { actor: { kind: 'service', name: 'bootstrap' }, requestId: 'bootstrap' } as const

/** Makes what the document names and is missing. The second time nothing is left to do: only `kept` differences are told again. */
export async function applyBootstrap(deps: ApplyBootstrapDeps, document: BootstrapDocument): Promise<readonly BootstrapChange[]> {
  let changes: readonly BootstrapChange[] = []
  const memberNames = document.orgs.flatMap(({ members }) => members.map(({ user }) => user))
  const scopeNames = document.users.flatMap(({ tokens }) => tokens.flatMap(({ scopes }) => scopes?.scoped.map(({ entity }) => entity.name) ?? []))
  const query = {
    names: [...new Set([...document.users, ...document.orgs].map(({ name }) => name).concat(memberNames, scopeNames).map(foldName))],
    tokens: document.users.flatMap(({ tokens }) => tokens.map(({ value }) => hashAccessToken(value))),
  }
  await deps.accounts.change(query, async (snapshot) => {
    const plan = new BootstrapPlan(snapshot, deps)
    for (const user of document.users) await plan.addUser(user)
    for (const org of document.orgs) plan.addOrg(org)
    for (const user of document.users) plan.addTokens(user)
    changes = plan.changes
    return plan.writes
  }, ORIGIN)
  return changes
}

type UserEntry = BootstrapDocument['users'][number]
type TokenEntry = UserEntry['tokens'][number]
type OrgEntry = BootstrapDocument['orgs'][number]

/** What is to be written on top of a snapshot; knows what it has decided so far. */
class BootstrapPlan {
  readonly writes: AccountWrite[] = []
  readonly changes: BootstrapChange[] = []
  readonly #snapshot: AccountSnapshot
  readonly #deps: ApplyBootstrapDeps
  readonly #newUserIds = new Map<string, ObjectId>()
  readonly #newOrgIds = new Map<string, ObjectId>()
  readonly #membershipCounts = new Map<ObjectId, number>()

  constructor(snapshot: AccountSnapshot, deps: ApplyBootstrapDeps) {
    this.#snapshot = snapshot
    this.#deps = deps
  }

  async addUser(entry: UserEntry): Promise<void> {
    const known = this.#snapshot.accounts.get(foldName(entry.name))
    if (known?.kind === 'org') throw invalid(`user ${entry.name}: an organisation has this name already`)
    if (known === undefined) await this.#createUser(entry)
    else await this.#completeUser(entry, known)
  }

  /** After all users and organisations, which scopes may name. */
  addTokens(entry: UserEntry): void {
    const userId = this.#userId(entry.name)
    if (userId === undefined) throw invalid(`user ${entry.name}: not there`)
    for (const token of entry.tokens) this.#addToken(entry, token, userId)
  }

  addOrg(entry: OrgEntry): void {
    const known = this.#snapshot.accounts.get(foldName(entry.name))
    if (known?.kind === 'user') throw invalid(`organisation ${entry.name}: a user has this name already`)
    const orgId = known?.id ?? this.#createOrg(entry)
    for (const member of entry.members) this.#addMember(entry, member, orgId)
  }

  async #createUser(entry: UserEntry): Promise<void> {
    const id = this.#deps.entropy.newId()
    const passwordHash = entry.password === undefined ? undefined : await this.#deps.hashPassword(entry.password)
    this.writes.push({
      kind: 'createUser', id, name: entry.name, fullName: entry.fullname ?? entry.name, email: entry.email,
      isAdmin: entry.admin, passwordHash, createMs: this.#deps.entropy.now(),
    })
    this.changes.push({ action: 'created', subject: 'user', name: entry.name })
    this.#newUserIds.set(foldName(entry.name), id)
  }

  async #completeUser(entry: UserEntry, known: KnownAccount): Promise<void> {
    if (entry.admin && !known.isAdmin) {
      this.writes.push({ kind: 'setAdmin', userId: known.id, userName: known.name, isAdmin: true })
      this.changes.push({ action: 'updated', subject: 'user', name: entry.name, detail: 'is an admin now' })
    }
    if (entry.password !== undefined && !known.hasPassword) {
      this.writes.push({ kind: 'setPassword', userId: known.id, userName: known.name, passwordHash: await this.#deps.hashPassword(entry.password) })
      this.changes.push({ action: 'updated', subject: 'user', name: entry.name, detail: 'has a password now' })
    }
  }

  #addToken(owner: UserEntry, entry: TokenEntry, userId: ObjectId): void {
    const sha256 = hashAccessToken(entry.value)
    const name = `${owner.name}/${entry.name}`
    const known = this.#snapshot.tokens.get(sha256)
    if (known === undefined) {
      this.writes.push({
        kind: 'addToken', tokenId: this.#deps.entropy.newId(), userId, userName: owner.name, sha256, role: entry.role,
        scopes: this.#scopesOf(owner, entry), displayName: entry.name, createMs: this.#deps.entropy.now(), expireMs: undefined,
      })
      this.changes.push({ action: 'created', subject: 'token', name })
      return
    }
    if (known.userId !== userId) throw invalid(`token ${entry.name} of user ${owner.name}: its value belongs to another user already`)
    if (known.role !== entry.role) this.changes.push({ action: 'kept', subject: 'token', name, detail: `its role stays ${known.role}` })
  }

  #scopesOf(owner: UserEntry, { name, role, scopes }: TokenEntry): TokenScopes | undefined {
    if (role !== 'fineGrained') return undefined
    const scoped = (scopes?.scoped ?? []).map(({ entity, permissions }) => {
      const id = entity.type === 'user' ? this.#userId(entity.name) : this.#orgId(entity.name)
      if (id === undefined) throw invalid(`token ${name} of user ${owner.name}: there is no ${entity.type} ${entity.name} for its scopes`)
      return { kind: 'namespace' as const, id, permissions }
    })
    return checkScopes({ canReadGatedRepos: scopes?.canReadGatedRepos ?? false, global: scopes?.global ?? [], scoped })
  }

  #userId(name: string): ObjectId | undefined {
    const known = this.#snapshot.accounts.get(foldName(name))
    return known?.kind === 'user' ? known.id : this.#newUserIds.get(foldName(name))
  }

  #orgId(name: string): ObjectId | undefined {
    const known = this.#snapshot.accounts.get(foldName(name))
    return known?.kind === 'org' ? known.id : this.#newOrgIds.get(foldName(name))
  }

  #createOrg(entry: OrgEntry): ObjectId {
    const id = this.#deps.entropy.newId()
    this.writes.push({
      kind: 'createOrg', id, name: entry.name, fullName: entry.fullname ?? entry.name,
      defaultVisibility: entry.defaultVisibility, createMs: this.#deps.entropy.now(),
    })
    this.changes.push({ action: 'created', subject: 'org', name: entry.name })
    this.#newOrgIds.set(foldName(entry.name), id)
    return id
  }

  #addMember(org: OrgEntry, entry: OrgEntry['members'][number], orgId: ObjectId): void {
    const known = this.#snapshot.accounts.get(foldName(entry.user))
    if (known?.kind === 'org') throw invalid(`organisation ${org.name}: its member ${entry.user} is an organisation`)
    const userId = this.#userId(entry.user)
    if (userId === undefined) throw invalid(`organisation ${org.name}: its member ${entry.user} is neither in the document nor known`)
    const name = `${org.name}/${entry.user}`
    const membership = this.#snapshot.members.find((member) => member.orgId === orgId && member.userId === userId)
    if (membership === undefined) {
      this.#countMembership(userId, entry.user)
      this.writes.push({
        kind: 'addMember', orgId, orgName: org.name, userId, userName: known?.name ?? entry.user, role: entry.role, createMs: this.#deps.entropy.now(),
      })
      this.changes.push({ action: 'created', subject: 'member', name })
    } else if (membership.role !== entry.role) {
      this.changes.push({ action: 'kept', subject: 'member', name, detail: `the role stays ${membership.role}` })
    }
  }

  #countMembership(userId: ObjectId, userName: string): void {
    const count = (this.#membershipCounts.get(userId) ?? 0) + 1
    if (count > MAX_MEMBERSHIPS) throw invalid(`user ${userName}: more than ${MAX_MEMBERSHIPS} organisations`)
    this.#membershipCounts.set(userId, count)
  }
}

function invalid(message: string): HearthError {
  return new HearthError('INVALID_ARGUMENT', message)
}
