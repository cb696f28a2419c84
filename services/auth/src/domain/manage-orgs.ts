import { foldName } from '@hearth/ids'
import { HearthError } from '@hearth/errors'
import { fullNameField, nameField, parseField } from './account-fields.ts'
import type { Namespace, Visibility } from './account.ts'
import type { AccountWrite } from './account-write.ts'
import { assertNameIsFree, assertOwnsNothing, findAccountIn, findUserIn, requireHubAdmin, type AdminDeps } from './admin-context.ts'
import type { ChangeOrigin } from './audit.ts'

export interface CreateOrgCommand {
  readonly name: string
  readonly fullName: string | undefined
  readonly defaultVisibility: Visibility
  /** A user that becomes its first admin. */
  readonly admin: string | undefined
}

/** Throws ALREADY_EXISTS when a user or organisation has the name, NOT_FOUND for an unknown first admin. */
export async function createOrg(deps: AdminDeps, origin: ChangeOrigin, command: CreateOrgCommand): Promise<Namespace> {
  requireHubAdmin(origin.actor, 'write')
  const name = parseField(nameField, command.name, 'name')
  const fullName = command.fullName === undefined ? name : parseField(fullNameField, command.fullName, 'full name')
  const { admin, defaultVisibility } = command
  const org = { id: deps.entropy.newId(), name, fullName, defaultVisibility }
  await deps.accounts.change({ names: [name, ...(admin === undefined ? [] : [admin])].map(foldName), tokens: [] }, (snapshot) => {
    assertNameIsFree(snapshot, name)
    const createMs = deps.entropy.now()
    const writes: AccountWrite[] = [{ kind: 'createOrg', ...org, createMs }]
    if (admin !== undefined) {
      const user = findUserIn(snapshot, admin)
      writes.push({ kind: 'addMember', orgId: org.id, orgName: name, userId: user.id, userName: user.name, role: 'admin', createMs })
    }
    return Promise.resolve(writes)
  }, origin)
  return { ...org, kind: 'org' }
}

/** With its memberships. Throws IN_USE while it owns repos. */
export async function removeOrg(deps: AdminDeps, origin: ChangeOrigin, name: string, signal: AbortSignal): Promise<void> {
  requireHubAdmin(origin.actor, 'write')
  const profile = await deps.directory.findProfile(foldName(name), signal)
  if (profile?.namespace.kind !== 'org') throw new HearthError('NOT_FOUND', 'Organization not found')
  await assertOwnsNothing(deps.repos, profile.namespace.name, signal)
  await deps.accounts.change({ names: [foldName(name)], tokens: [] }, (snapshot) => {
    const org = findAccountIn(snapshot, name, 'org')
    return Promise.resolve([{ kind: 'removeOrg', orgId: org.id, orgName: org.name }])
  }, origin)
}
