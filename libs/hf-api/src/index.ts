export { API_VERBS, isPageName, isReservedRepoName, WEB_VERBS } from './reserved-names.ts'
export type {
  AccessRequest, AccessToken, AdminUser, AuditEntry, Commit, FineGrained, GitRef, LfsBatchObject, OrganizationMember, OrganizationOverview, RepoInfo, Sibling, TreeEntry, UserOverview, Whoami,
} from './entities.ts'
export { EXPANDABLE } from './expand.ts'
export { openApiDocument, type OpenApiDocument } from './openapi.ts'
export { CALLERS, expectedOutcome, PERMISSIONS, type CallerKind, type MatrixCell, type Outcome, type Permission, type Refusal } from './permission.ts'
export { kindOf, REPO_KINDS, typeNameOf, webPrefixOf, type RepoKind, type RepoTypeName } from './repo-kind.ts'
export type {
  BodyOf, ExampleContext, ExampleRequest, HttpMethod, ParamsOf, QueryOf, ResponseOf, RouteBody, RouteResponse, RouteSpec,
} from './route.ts'
export { ALL_ROUTES, ROUTES, type RouteId, type Routes } from './route-table.ts'
