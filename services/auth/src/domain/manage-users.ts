import { HearthError } from '@hearth/errors'
import { foldName, type ObjectId } from '@hearth/ids'
import { emailField, fullNameField, nameField, parseField, passwordField } from './account-fields.ts'
import type { UserRecord } from './account.ts'
import type { AccountWrite } from './account-write.ts'
import { assertNameIsFree, assertOwnsNothing, findUserIn, requireHubAdmin, type AdminDeps } from './admin-context.ts'
import type { ChangeOrigin } from './audit.ts'
import { addTokenWrite, draftToken, type MintedToken, type TokenCommand } from './draft-token.ts'
import { assertNotLastAdmin } from './manage-members.ts'
import type { AccountSnapshot, KnownAccount } from './ports.ts'

export interface CreateUserCommand {
  readonly name: string
  readonly fullName: string | undefined
  readonly email: string | undefined
  readonly password: string | undefined
  readonly isAdmin: boolean
}

/** Throws ALREADY_EXISTS when a user or organisation has the name. */
export async function createUser(deps: AdminDeps, origin: ChangeOrigin, command: CreateUserCommand): Promise<UserRecord> {
  requireHubAdmin(origin.actor, 'write')
  const name = parseField(nameField, command.name, 'name')
  const fullName = command.fullName === undefined ? name : parseField(fullNameField, command.fullName, 'full name')
  const email = command.email === undefined ? undefined : parseField(emailField, command.email, 'email')
  const passwordHash = command.password === undefined ? undefined : await deps.passwords.hash(parseField(passwordField, command.password, 'password'))
  const user = { id: deps.entropy.newId(), name, fullName, email, isAdmin: command.isAdmin, createMs: deps.entropy.now() }
  await deps.accounts.change({ names: [foldName(name)], tokens: [] }, (snapshot) => {
    assertNameIsFree(snapshot, name)
    return Promise.resolve([{ kind: 'createUser', ...user, passwordHash }])
  }, origin)
  return { ...user, hasPassword: passwordHash !== undefined, suspendMs: undefined }
}

/** All tokens and sessions of the user stop working. Throws IN_USE for the last admin of the hub or of an organisation. */
export async function suspendUser(deps: AdminDeps, origin: ChangeOrigin, name: string): Promise<void> {
  await changeUser(deps, origin, name, (user, snapshot) => {
    if (user.isSuspended) return []
    assertReplaceable(snapshot, user)
    return [{ kind: 'setSuspended', ...refOf(user), suspendMs: deps.entropy.now() }, { kind: 'endSessions', ...refOf(user), exceptId: undefined }]
  })
}

/** Tokens work again; sessions, which ended, are begun anew. */
export async function unsuspendUser(deps: AdminDeps, origin: ChangeOrigin, name: string): Promise<void> {
  await changeUser(deps, origin, name, (user) => (user.isSuspended ? [{ kind: 'setSuspended', ...refOf(user), suspendMs: undefined }] : []))
}

/** With tokens, sessions and memberships. Throws IN_USE while the user owns repos, and for the last admin of the hub or of an organisation. */
export async function removeUser(deps: AdminDeps, origin: ChangeOrigin, name: string, signal: AbortSignal): Promise<void> {
  requireHubAdmin(origin.actor, 'write')
  const known = await deps.directory.findUser(foldName(name), signal)
  if (known === undefined) throw new HearthError('NOT_FOUND', 'User not found')
  await assertOwnsNothing(deps.repos, known.name, signal)
  await changeUser(deps, origin, name, (user, snapshot) => {
    assertReplaceable(snapshot, user)
    return [{ kind: 'removeUser', ...refOf(user) }]
  })
}

/** Sets the given password, or makes one and tells it. Ends the user's sessions. */
export async function resetPassword(deps: AdminDeps, origin: ChangeOrigin, command: { readonly name: string; readonly password: string | undefined }): Promise<string | undefined> {
  requireHubAdmin(origin.actor, 'write')
  const generated = command.password === undefined ? Buffer.from(deps.entropy.randomBytes(18)).toString('base64url') : undefined
  const passwordHash = await deps.passwords.hash(generated ?? parseField(passwordField, command.password, 'password'))
  await changeUser(deps, origin, command.name, (user) => [
    { kind: 'setPassword', ...refOf(user), passwordHash }, { kind: 'endSessions', ...refOf(user), exceptId: undefined },
  ])
  return generated
}

/** Throws IN_USE when nobody else is admin. */
export async function setAdmin(deps: AdminDeps, origin: ChangeOrigin, command: { readonly name: string; readonly isAdmin: boolean }): Promise<void> {
  await changeUser(deps, origin, command.name, (user, snapshot) => {
    if (user.isAdmin === command.isAdmin) return []
    if (!command.isAdmin) assertNotLastHubAdmin(snapshot, user)
    return [{ kind: 'setAdmin', ...refOf(user), isAdmin: command.isAdmin }]
  })
}

/** A token for somebody else, e.g. for a machine's account. */
export async function mintToken(deps: AdminDeps, origin: ChangeOrigin, name: string, command: TokenCommand): Promise<MintedToken> {
  requireHubAdmin(origin.actor, 'write')
  const minted = draftToken(deps.entropy, command)
  await changeUser(deps, origin, name, (user, { ownTokens }) => [addTokenWrite(user, minted, ownTokens)])
  return minted
}

async function changeUser(
  deps: AdminDeps, origin: ChangeOrigin, name: string, decide: (user: KnownAccount, snapshot: AccountSnapshot) => readonly AccountWrite[],
): Promise<void> {
  requireHubAdmin(origin.actor, 'write')
  await deps.accounts.change({ names: [foldName(name)], tokens: [] }, (snapshot) => Promise.resolve(decide(findUserIn(snapshot, name), snapshot)), origin)
}

/** A hub or an organisation that nobody can administer would be lost. */
function assertReplaceable(snapshot: AccountSnapshot, user: KnownAccount): void {
  assertNotLastHubAdmin(snapshot, user)
  for (const member of snapshot.members) if (member.userId === user.id) assertNotLastAdmin(snapshot, member, user)
}

function assertNotLastHubAdmin({ activeAdminIds }: AccountSnapshot, user: KnownAccount): void {
  if (!user.isAdmin || activeAdminIds.some((id) => id !== user.id)) return
  throw new HearthError('IN_USE', `${user.name} is the last admin of this hub: make somebody else admin first`)
}

function refOf(user: KnownAccount): { readonly userId: ObjectId; readonly userName: string } {
  return { userId: user.id, userName: user.name }
}
