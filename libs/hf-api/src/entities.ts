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
    accessToken: z.looseObject({ displayName: z.string(), role: z.enum(['read', 'write', 'fineGrained']), createdAt: date.optional() }),
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
