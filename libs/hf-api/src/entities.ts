import { z } from 'zod'
import { date, gitOid, objectId, sha256 } from './schemas.ts'

const lfsFacts = z.object({ size: z.number(), sha256, pointerSize: z.number() })

export const sibling = z.object({
  rfilename: z.string(), size: z.number().optional(), blobId: gitOid.optional(), lfs: lfsFacts.optional(),
})
export type Sibling = z.infer<typeof sibling>

export const gated = z.union([z.literal(false), z.enum(['auto', 'manual'])])

/** What the Hub tells about a repo; an answer holds the properties that were asked for. */
export const repoInfo = z.looseObject({
  _id: objectId,
  id: z.string(),
  modelId: z.string().optional(),
  author: z.string().optional(),
  sha: gitOid.optional(),
  lastModified: date.optional(),
  createdAt: date.optional(),
  private: z.boolean().optional(),
  visibility: z.enum(['public', 'private']).optional(),
  gated: gated.optional(),
  disabled: z.boolean().optional(),
  downloads: z.number().optional(),
  downloadsAllTime: z.number().optional(),
  likes: z.number().optional(),
  tags: z.array(z.string()).optional(),
  trendingScore: z.number().optional(),
  usedStorage: z.number().optional(),
  cardData: z.record(z.string(), z.unknown()).optional(),
  siblings: z.array(sibling).optional(),
  pipeline_tag: z.string().optional(),
  library_name: z.string().optional(),
  config: z.record(z.string(), z.unknown()).optional(),
  mask_token: z.string().optional(),
  transformersInfo: z.object({ auto_model: z.string(), custom_class: z.string().optional(), pipeline_tag: z.string().optional(), processor: z.string().optional() }).optional(),
  safetensors: z.looseObject({ parameters: z.record(z.string(), z.number()), total: z.number() }).optional(),
  description: z.string().optional(),
  citation: z.string().optional(),
  sdk: z.string().optional(),
  host: z.string().optional(),
  subdomain: z.string().optional(),
  runtime: z.looseObject({ stage: z.string() }).optional(),
  spaces: z.array(z.string()).optional(),
  childrenModelCount: z.number().optional(),
})
export type RepoInfo = z.infer<typeof repoInfo>

/** A request for the files of a gated repo; `user` is missing where requesters stay hidden. */
export const accessRequest = z.object({
  requestId: objectId,
  user: z.object({ _id: objectId, user: z.string(), fullname: z.string(), email: z.string().optional() }).optional(),
  status: z.enum(['pending', 'accepted', 'rejected']),
  timestamp: date,
  fields: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])).optional(),
  rejectionReason: z.string().optional(),
  decidedAt: date.optional(),
  decidedBy: z.string().optional(),
})
export type AccessRequest = z.infer<typeof accessRequest>

export const treeEntry = z.object({
  type: z.enum(['file', 'directory']),
  oid: gitOid,
  size: z.number(),
  path: z.string(),
  lfs: z.object({ oid: sha256, size: z.number(), pointerSize: z.number() }).optional(),
  lastCommit: z.object({ id: gitOid, title: z.string(), date }).optional(),
})
export type TreeEntry = z.infer<typeof treeEntry>

export const commit = z.object({
  id: gitOid,
  title: z.string(),
  message: z.string(),
  authors: z.array(z.object({ user: z.string() })),
  date,
  formatted: z.object({ title: z.string(), message: z.string() }).optional(),
})
export type Commit = z.infer<typeof commit>

export const gitRef = z.object({ name: z.string(), ref: z.string(), targetCommit: gitOid })
export type GitRef = z.infer<typeof gitRef>

export const fineGrained = z.object({
  canReadGatedRepos: z.boolean(),
  global: z.array(z.string()),
  scoped: z.array(z.object({ entity: z.object({ _id: objectId, type: z.enum(['user', 'org', 'model', 'dataset', 'space']), name: z.string() }), permissions: z.array(z.string()) })),
})
export type FineGrained = z.infer<typeof fineGrained>

export const tokenRole = z.enum(['read', 'write', 'fineGrained'])

/** An access token, without its value. */
export const accessToken = z.object({
  _id: objectId, displayName: z.string(), role: tokenRole, createdAt: date, expiresAt: date.optional(), lastUsedAt: date.optional(), fineGrained: fineGrained.optional(),
})
export type AccessToken = z.infer<typeof accessToken>

const membership = z.looseObject({ name: z.string(), fullname: z.string(), avatarUrl: z.string() })

export const userOverview = z.looseObject({
  _id: objectId, user: z.string(), fullname: z.string(), avatarUrl: z.string(), type: z.literal('user'), isPro: z.boolean(), isFollowing: z.boolean(), createdAt: date.optional(),
  numModels: z.number(), numDatasets: z.number(), numSpaces: z.number(), numDiscussions: z.number(), numPapers: z.number(), numUpvotes: z.number(), numLikes: z.number(),
  numFollowers: z.number(), numFollowing: z.number(), orgs: z.array(membership),
})
export type UserOverview = z.infer<typeof userOverview>

export const organizationOverview = z.looseObject({
  _id: objectId, name: z.string(), fullname: z.string(), avatarUrl: z.string(), type: z.literal('org'), isVerified: z.boolean(), isFollowing: z.boolean(),
  numUsers: z.number(), numModels: z.number(), numDatasets: z.number(), numSpaces: z.number(), numFollowers: z.number(), numPapers: z.number(),
})
export type OrganizationOverview = z.infer<typeof organizationOverview>

export const orgRole = z.enum(['read', 'contributor', 'write', 'admin'])

export const organizationMember = z.object({
  _id: objectId, user: z.string(), fullname: z.string(), avatarUrl: z.string(), type: z.literal('user'), isPro: z.boolean(), role: orgRole.optional(),
})
export type OrganizationMember = z.infer<typeof organizationMember>

/** A user as an admin of the hub sees it. */
export const adminUser = z.object({
  _id: objectId, user: z.string(), fullname: z.string(), email: z.string().optional(), isAdmin: z.boolean(), hasPassword: z.boolean(), createdAt: date, suspendedAt: date.optional(),
})
export type AdminUser = z.infer<typeof adminUser>

export const auditEntry = z.object({
  id: z.number(), time: date, action: z.string(),
  actor: z.object({ kind: z.string(), _id: z.string().optional(), name: z.string().optional(), credentialId: z.string().optional() }),
  target: z.object({ kind: z.string(), _id: z.string(), name: z.string() }),
  requestId: z.string(), details: z.record(z.string(), z.string()),
})
export type AuditEntry = z.infer<typeof auditEntry>

export const whoami = z.looseObject({
  type: z.literal('user'),
  id: objectId,
  name: z.string(),
  fullname: z.string(),
  email: z.string().optional(),
  isPro: z.boolean(),
  orgs: z.array(z.looseObject({ type: z.literal('org'), id: objectId, name: z.string(), fullname: z.string(), roleInOrg: z.string() })),
  auth: z.object({
    type: z.literal('access_token'),
    accessToken: z.looseObject({ displayName: z.string(), role: tokenRole, createdAt: date.optional(), fineGrained: fineGrained.optional() }),
  }),
})
export type Whoami = z.infer<typeof whoami>

const lfsAction = z.object({ href: z.string(), header: z.record(z.string(), z.string()).optional(), expires_in: z.number().optional() })
export const lfsBatchObject = z.object({
  oid: sha256,
  size: z.number(),
  actions: z.object({ upload: lfsAction.optional(), verify: lfsAction.optional(), download: lfsAction.optional() }).optional(),
  error: z.object({ code: z.number(), message: z.string() }).optional(),
})
export type LfsBatchObject = z.infer<typeof lfsBatchObject>
