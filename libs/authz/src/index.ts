export {
  ANONYMOUS, ORG_ROLES, type Actor, type ActorOrg, type ActorToken, type AnonymousActor, type OrgRole, type ServiceActor, type TokenRole, type UserActor,
} from './actor.ts'
export {
  can, canAdministerHub, canCreateRepo, canManageMembers, findMissingRight, type Decision, type NamespaceResource, type RepoAction, type RepoResource,
} from './can.ts'
export { parseActor } from './parse-actor.ts'
export {
  GLOBAL_PERMISSIONS, MAX_SCOPES, NAMESPACE_PERMISSIONS, parseScopes, REPO_PERMISSIONS,
  type GlobalPermission, type NamespacePermission, type RepoPermission, type TokenScope, type TokenScopes,
} from './scopes.ts'
export { repoRightsOf, tokenAllows, type RepoRights, type ScopeTarget } from './token-rights.ts'
