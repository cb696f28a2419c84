import type { Actor, UserActor } from '@hearth/authz'
import type { Db } from '@hearth/db'
import type { ObjectId } from '@hearth/ids'
import { createTestDatabase } from '@hearth/testkit'
import { openPgStores, type AuthStores } from '../src/auth-stores.ts'
import type { AccountEvent } from '../src/domain/account-events.ts'
import type { AccountWrite } from '../src/domain/account-write.ts'
import type { ChangeOrigin } from '../src/domain/audit.ts'
import type { Passwords } from '../src/domain/ports.ts'
import { testEntropy } from './fixtures.ts'

export interface TestAuth extends AsyncDisposable {
  readonly db: Db
  readonly stores: AuthStores
  readonly events: AccountEvent[]
  readonly entropy: ReturnType<typeof testEntropy>
  /** Repos that storage "holds", by namespace. */
  readonly repos: Map<string, readonly string[]>
  readonly deps: AuthStores & {
    readonly passwords: Passwords
    readonly entropy: ReturnType<typeof testEntropy>
    readonly repos: { findSomeRepos(namespace: string): Promise<readonly string[]> }
    readonly sessionLifeMs: number
    readonly sessionIdleMs: number
  }
  /** A user that acts, with a "write" token that exists. */
  addUser(name: string, part?: { readonly isAdmin?: boolean; readonly password?: string }): Promise<UserActor>
  addOrg(name: string): Promise<ObjectId>
  write(...writes: readonly AccountWrite[]): Promise<void>
  auditActions(): Promise<string[]>
}

export const NO_SIGNAL = new AbortController().signal
export const HUB: Actor = { kind: 'service', name: 'test' }
export const DAY_MS = 24 * 3600 * 1000

export function from(actor: Actor, requestId = 'request'): ChangeOrigin {
  return { actor, requestId }
}

/** A password is stored as itself: argon2 has its own tests, and takes its time. */
const PLAIN_PASSWORDS: Passwords = {
  hash: (password) => Promise.resolve(`plain ${password}`),
  verify: (password, stored) => Promise.resolve(stored === `plain ${password}`),
}

/** Auth's use-cases over real PostgreSQL, a clock that the test moves, and storage as a map. */
export async function openTestAuth(): Promise<TestAuth> {
  const database = await createTestDatabase({ schema: 'auth', migrations: new URL('../src/stores/migrations/', import.meta.url) })
  const db = database.db as Db
  const events: AccountEvent[] = []
  const stores = openPgStores(db, (_tx, added) => {
    events.push(...added)
    return Promise.resolve()
  })
  const entropy = testEntropy()
  const repos = new Map<string, readonly string[]>()
  const write = (...writes: readonly AccountWrite[]): Promise<void> => stores.accounts.change({ names: [], tokens: [] }, () => Promise.resolve(writes), from(HUB))
  return {
    db, stores, events, entropy, repos, write,
    deps: {
      ...stores, entropy, passwords: PLAIN_PASSWORDS, sessionLifeMs: 30 * DAY_MS, sessionIdleMs: 7 * DAY_MS,
      repos: { findSomeRepos: (namespace) => Promise.resolve(repos.get(namespace) ?? []) },
    },
    async addUser(name, { isAdmin = false, password } = {}) {
      const [id, tokenId, createMs] = [entropy.newId(), entropy.newId(), entropy.now()]
      await write(
        { kind: 'createUser', id, name, fullName: `${name} F`, email: `${name}@example.org`, isAdmin, passwordHash: password === undefined ? undefined : `plain ${password}`, createMs },
        { kind: 'addToken', tokenId, userId: id, userName: name, displayName: 'own', sha256: tokenId.padEnd(64, '0') as never, role: 'write', scopes: undefined, createMs, expireMs: undefined },
      )
      return { kind: 'user', id, name, isAdmin, orgs: [], token: { id: tokenId, role: 'write' } }
    },
    async addOrg(name) {
      const id = entropy.newId()
      await write({ kind: 'createOrg', id, name, fullName: `The ${name}`, defaultVisibility: 'private', createMs: entropy.now() })
      return id
    },
    auditActions: async () => (await db.query<{ action: string }>({ text: 'SELECT action FROM audit_log ORDER BY id' })).map(({ action }) => action),
    [Symbol.asyncDispose]: () => database[Symbol.asyncDispose](),
  }
}
