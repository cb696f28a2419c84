import { canManageMembers, type Actor, type OrgRole } from '@hearth/authz'
import { HearthError } from '@hearth/errors'
import { foldName, type ObjectId } from '@hearth/ids'
import type { AccountWrite } from './account-write.ts'
import type { ChangeOrigin } from './audit.ts'
import { requireUser } from './manage-tokens.ts'
import type { AccountSnapshot, AccountStore, Entropy, KnownAccount, KnownMember } from './ports.ts'

/** A user's memberships travel in every actor token, and a token is a header. */
export const MAX_MEMBERSHIPS = 300

export interface MemberDeps {
  readonly accounts: Pick<AccountStore, 'change'>
  readonly entropy: Entropy
}

export interface ChangedMember {
  readonly userId: ObjectId
  readonly name: string
  readonly isNew: boolean
}

/** Adds the user, or changes the role. Throws FORBIDDEN, NOT_FOUND, IN_USE for the last admin and for a user in too many organisations. */
export async function setMember(
  deps: MemberDeps, origin: ChangeOrigin, command: { readonly org: string; readonly user: string; readonly role: OrgRole },
): Promise<ChangedMember> {
  let changed: ChangedMember | undefined
  await deps.accounts.change(namesOf(command), (snapshot) => {
    const org = openOrg(origin.actor, snapshot, command.org)
    const user = findUser(snapshot, command.user)
    const known = memberOf(snapshot, org.id, user.id)
    changed = { userId: user.id, name: user.name, isNew: known === undefined }
    return Promise.resolve(known === undefined ? [addWrite(deps, { snapshot, org, user, role: command.role })] : roleWrites(snapshot, { org, user, known, role: command.role }))
  }, origin)
  if (changed === undefined) throw new HearthError('INTERNAL', 'no member was changed')
  return changed
}

/** Takes the user out of the organisation. Members may leave by themselves. */
export async function removeMember(deps: MemberDeps, origin: ChangeOrigin, command: { readonly org: string; readonly user: string }): Promise<void> {
  await deps.accounts.change(namesOf(command), (snapshot) => {
    const isLeaving = origin.actor.kind === 'user' && origin.actor.token.role === 'write' && foldName(origin.actor.name) === foldName(command.user)
    const org = isLeaving ? findOrg(snapshot, command.org) : openOrg(origin.actor, snapshot, command.org)
    const user = findUser(snapshot, command.user)
    const known = memberOf(snapshot, org.id, user.id)
    if (known === undefined) throw new HearthError('NOT_FOUND', `${user.name} is no member of ${org.name}`)
    assertNotLastAdmin(snapshot, known, user)
    return Promise.resolve([{ kind: 'removeMember', orgId: org.id, orgName: org.name, userId: user.id, userName: user.name }])
  }, origin)
}

/** Throws IN_USE when nobody else administers the organisation. Who is suspended does not count. */
export function assertNotLastAdmin(snapshot: AccountSnapshot, member: KnownMember, user: Pick<KnownAccount, 'name'>): void {
  if (member.role !== 'admin') return
  const others = snapshot.members.filter(({ orgId, userId, role, isSuspended }) => orgId === member.orgId && userId !== member.userId && role === 'admin' && !isSuspended)
  if (others.length === 0) throw new HearthError('IN_USE', `${user.name} is the last admin of the organization ${member.orgName}: make somebody else admin first`)
}

interface NewMember {
  readonly snapshot: AccountSnapshot
  readonly org: KnownAccount
  readonly user: KnownAccount
  readonly role: OrgRole
}

function addWrite(deps: MemberDeps, { snapshot, org, user, role }: NewMember): AccountWrite {
  const count = snapshot.members.filter(({ userId }) => userId === user.id).length
  if (count >= MAX_MEMBERSHIPS) throw new HearthError('IN_USE', `${user.name} is in ${MAX_MEMBERSHIPS} organizations already`)
  return { kind: 'addMember', orgId: org.id, orgName: org.name, userId: user.id, userName: user.name, role, createMs: deps.entropy.now() }
}

interface RoleChange {
  readonly org: KnownAccount
  readonly user: KnownAccount
  readonly known: KnownMember
  readonly role: OrgRole
}

function roleWrites(snapshot: AccountSnapshot, { org, user, known, role }: RoleChange): readonly AccountWrite[] {
  if (known.role === role) return []
  assertNotLastAdmin(snapshot, known, user)
  return [{ kind: 'setMemberRole', orgId: org.id, orgName: org.name, userId: user.id, userName: user.name, role, formerRole: known.role }]
}

function namesOf({ org, user }: { readonly org: string; readonly user: string }): { names: string[]; tokens: [] } {
  return { names: [foldName(org), foldName(user)], tokens: [] }
}

/** Permission comes before everything that tells what is there, but organisations are no secret. */
function openOrg(actor: Actor, snapshot: AccountSnapshot, name: string): KnownAccount {
  requireUser(actor)
  const org = findOrg(snapshot, name)
  if (canManageMembers(actor, org) !== 'allow') throw new HearthError('FORBIDDEN', `Forbidden: you have no right to manage the members of ${org.name}, or the token in use does not have it.`)
  return org
}

function findOrg(snapshot: AccountSnapshot, name: string): KnownAccount {
  const org = snapshot.accounts.get(foldName(name))
  if (org?.kind !== 'org') throw new HearthError('NOT_FOUND', 'Organization not found')
  return org
}

function findUser(snapshot: AccountSnapshot, name: string): KnownAccount {
  const user = snapshot.accounts.get(foldName(name))
  if (user?.kind !== 'user') throw new HearthError('NOT_FOUND', 'User not found')
  return user
}

function memberOf(snapshot: AccountSnapshot, orgId: ObjectId, userId: ObjectId): KnownMember | undefined {
  return snapshot.members.find((member) => member.orgId === orgId && member.userId === userId)
}
