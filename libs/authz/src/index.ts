export { ANONYMOUS, ORG_ROLES, type Actor, type ActorOrg, type AnonymousActor, type OrgRole, type ServiceActor, type TokenRole, type UserActor } from './actor.ts'
export { can, canCreateRepo, type Decision, type NamespaceResource, type RepoAction, type RepoResource } from './can.ts'
export { parseActor } from './parse-actor.ts'
