import type { OrgRole, TokenRole } from '@hearth/authz'
import { foldName, type ObjectId, type Sha256 } from '@hearth/ids'
import type { CredentialOwner, Visibility } from '../domain/account.ts'
import { eventOf, type AccountEvent } from '../domain/account-events.ts'
import type { AccountSnapshot, AccountStore, AccountWrite, NamespaceQuery, SnapshotQuery } from '../domain/ports.ts'

interface AccountRow {
  readonly id: ObjectId
  readonly kind: 'user' | 'org'
  readonly name: string
  readonly fullName: string
  readonly email: string | undefined
  readonly isAdmin: boolean
  readonly passwordHash: string | undefined
  readonly defaultVisibility: Visibility
  readonly createMs: number
}

interface MemberRow {
  readonly orgId: ObjectId
  readonly userId: ObjectId
  readonly role: OrgRole
}

interface TokenRow {
  readonly id: ObjectId
  readonly userId: ObjectId
  readonly sha256: Sha256
  readonly role: TokenRole
  readonly displayName: string
  readonly createMs: number
}

/** Accounts in memory, for tests; passes the same suite as the real one. */
export class MemoryAccountStore implements AccountStore {
  readonly events: AccountEvent[] = []
  #accounts: readonly AccountRow[] = []
  #members: readonly MemberRow[] = []
  #tokens: readonly TokenRow[] = []
  #last: Promise<unknown> = Promise.resolve()

  findCredentials(tokens: readonly Sha256[]): Promise<readonly CredentialOwner[]> {
    return Promise.resolve(this.#tokens.filter(({ sha256 }) => tokens.includes(sha256)).map((token) => {
      const user = this.#accountOf(token.userId)
      return {
        tokenSha256: token.sha256, tokenId: token.id, role: token.role, userId: user.id, userName: user.name,
        isAdmin: user.isAdmin, isSuspended: false, expireMs: undefined,
        orgs: this.#membershipsOf(user.id).map(({ org, role }) => ({ id: org.id, name: org.name, role })),
      }
    }))
  }

  findIdentity(userId: string, tokenId: string): ReturnType<AccountStore['findIdentity']> {
    const user = this.#accounts.find((account) => account.id === userId && account.kind === 'user')
    if (user === undefined) return Promise.resolve(undefined)
    const token = this.#tokens.find((row) => row.id === tokenId && row.userId === userId)
    const memberships = this.#membershipsOf(user.id).map(({ org, role }) => ({ orgId: org.id, orgName: org.name, orgFullName: org.fullName, role }))
    return Promise.resolve({
      identity: { id: user.id, name: user.name, fullName: user.fullName, email: user.email, isAdmin: user.isAdmin, createMs: user.createMs, memberships },
      token: token === undefined ? undefined : { id: token.id, displayName: token.displayName, role: token.role, createMs: token.createMs },
    })
  }

  findNamespaces(query: NamespaceQuery): ReturnType<AccountStore['findNamespaces']> {
    const found = this.#accounts.filter((account) => query.ids.includes(account.id) || query.names.includes(foldName(account.name)))
    return Promise.resolve(found.map(({ id, kind, name, fullName, defaultVisibility }) => ({ id, kind, name, fullName, defaultVisibility })))
  }

  hasAccounts(): Promise<boolean> {
    return Promise.resolve(this.#accounts.length > 0)
  }

  change(query: SnapshotQuery, decide: (snapshot: AccountSnapshot) => Promise<readonly AccountWrite[]>): Promise<void> {
    const work = this.#last.then(async () => {
      const writes = await decide(this.#snapshot(query))
      const before = [this.#accounts, this.#members, this.#tokens] as const
      try {
        for (const write of writes) this.#apply(write)
      } catch (error) {
        [this.#accounts, this.#members, this.#tokens] = before
        throw error
      }
      this.events.push(...writes.map(eventOf))
    })
    this.#last = work.catch(() => undefined)
    return work
  }

  #snapshot(query: SnapshotQuery): AccountSnapshot {
    const accounts = this.#accounts.filter(({ name }) => query.names.includes(foldName(name)))
    const tokens = this.#tokens.filter(({ sha256 }) => query.tokens.includes(sha256))
    return {
      hasAccounts: this.#accounts.length > 0,
      accounts: new Map(accounts.map(({ id, kind, name, isAdmin, passwordHash }) =>
        [foldName(name), { id, kind, name, isAdmin, hasPassword: passwordHash !== undefined }])),
      members: this.#members.filter(({ orgId }) => accounts.some(({ id }) => id === orgId)),
      tokens: new Map(tokens.map(({ sha256, userId, role, displayName }) => [sha256, { userId, role, displayName }])),
    }
  }

  #apply(write: AccountWrite): void {
    switch (write.kind) {
      case 'createUser': return this.#addAccount({ ...write, kind: 'user', defaultVisibility: 'public' })
      case 'createOrg': return this.#addAccount({ ...write, kind: 'org', email: undefined, isAdmin: false, passwordHash: undefined })
      case 'setPassword': return this.#updateUser(write.userId, { passwordHash: write.passwordHash })
      case 'grantAdmin': return this.#updateUser(write.userId, { isAdmin: true })
      case 'addMember': return this.#addMember(write)
      case 'addToken': return this.#addToken(write)
    }
  }

  #addAccount(row: AccountRow): void {
    if (this.#accounts.some(({ name }) => foldName(name) === foldName(row.name))) throw new Error('duplicate account name')
    this.#accounts = [...this.#accounts, row]
  }

  #updateUser(id: ObjectId, part: Partial<AccountRow>): void {
    this.#accountOf(id)
    this.#accounts = this.#accounts.map((account) => (account.id === id ? { ...account, ...part } : account))
  }

  #addMember(row: MemberRow): void {
    this.#accountOf(row.orgId)
    this.#accountOf(row.userId)
    if (this.#members.some((member) => member.orgId === row.orgId && member.userId === row.userId)) throw new Error('duplicate member')
    const { orgId, userId, role } = row
    this.#members = [...this.#members, { orgId, userId, role }]
  }

  #addToken(row: TokenRow): void {
    this.#accountOf(row.userId)
    if (this.#tokens.some(({ sha256 }) => sha256 === row.sha256)) throw new Error('duplicate token')
    this.#tokens = [...this.#tokens, row]
  }

  #accountOf(id: ObjectId): AccountRow {
    const account = this.#accounts.find((row) => row.id === id)
    if (account === undefined) throw new Error('no such account')
    return account
  }

  #membershipsOf(userId: ObjectId): { org: AccountRow; role: OrgRole }[] {
    return this.#members.filter((member) => member.userId === userId)
      .map(({ orgId, role }) => ({ org: this.#accountOf(orgId), role }))
      .toSorted((a, b) => (foldName(a.org.name) < foldName(b.org.name) ? -1 : 1))
  }
}
