import type { OrgRole, TokenRole, TokenScopes, UserActor } from '@hearth/authz'

export const TEAM_ID = 'aaaaaaaaaaaaaaaaaaaaaaaa'

interface Person {
  readonly id: string
  readonly isAdmin?: boolean
  readonly role?: OrgRole
}

export const PEOPLE = {
  ana: { id: '111111111111111111111111', role: 'admin' },
  mia: { id: '222222222222222222222222', role: 'read' },
  bo: { id: '333333333333333333333333' },
  root: { id: '444444444444444444444444', isAdmin: true },
} as const satisfies Record<string, Person>
export type PersonName = keyof typeof PEOPLE

/** Access tokens: `hf_<name>_<role>` padded, to keep tests readable. */
export const TOKENS: Readonly<Record<string, { readonly person: PersonName; readonly role: TokenRole }>> = {
  hf_anaWrite: { person: 'ana', role: 'write' },
  hf_anaRead: { person: 'ana', role: 'read' },
  hf_anaFine: { person: 'ana', role: 'fineGrained' },
  hf_miaWrite: { person: 'mia', role: 'write' },
  hf_boWrite: { person: 'bo', role: 'write' },
  hf_rootWrite: { person: 'root', role: 'write' },
}

export function actorOf(person: PersonName, role: TokenRole, scopes?: TokenScopes): UserActor {
  const { id, isAdmin = false, role: orgRole }: Person = PEOPLE[person]
  return { kind: 'user', id, name: person, isAdmin, orgs: orgRole === undefined ? [] : [{ id: TEAM_ID, name: 'team', role: orgRole }], token: { id: '999999999999999999999999', role, ...(scopes === undefined ? {} : { scopes }) } }
}

export function namespaceIdOf(name: string): string | undefined {
  const folded = name.toLowerCase()
  if (folded === 'team') return TEAM_ID
  return Object.hasOwn(PEOPLE, folded) ? PEOPLE[folded as PersonName].id : undefined
}
