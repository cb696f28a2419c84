import { z } from 'zod'
import { lfsBatchObject } from '../entities.ts'
import { webPrefixOf } from '../repo-kind.ts'
import { route } from '../route.ts'
import { acknowledged, repoParams } from '../schemas.ts'

const SINCE = '0.1.0'
const LFS_TYPE = 'application/vnd.git-lfs+json'
const lfsObject = z.looseObject({
  oid: z.string().regex(/^[0-9a-f]{64}$/, 'oid must be 64 lower-case hex digits'), size: z.number().int().min(0).max(Number.MAX_SAFE_INTEGER),
})

/** A batch does not say what commit it is for, and readers may open pull requests with large files in them. */
export const LFS_ROUTES = {
  lfsBatch: route({
    id: 'lfsBatch', method: 'POST', path: '/{web}{repo}.git/info/lfs/objects/batch', summary: 'Where large objects are sent to or fetched from', params: repoParams,
    body: {
      kind: 'json', maxBytes: 4 << 20,
      schema: z.looseObject({
        operation: z.enum(['upload', 'download'], { error: 'operation must be upload or download' }), transfers: z.array(z.string()).nullish(),
        objects: z.array(lfsObject).min(1).max(1000), hash_algo: z.string().nullish(),
      }),
    },
    response: { kind: 'json', schema: z.object({ transfer: z.string(), hash_algo: z.literal('sha256'), objects: z.array(lfsBatchObject) }) },
    errors: ['REPO_NOT_FOUND', 'FORBIDDEN', 'GATED_REPO'], permission: 'repo.openPullRequest', since: SINCE,
    example: ({ kind, repo, absentSha256 }) => ({
      path: `/${webPrefixOf(kind)}${repo}.git/info/lfs/objects/batch`, contentType: LFS_TYPE,
      body: JSON.stringify({ operation: 'upload', transfers: ['basic', 'multipart'], hash_algo: 'sha256', objects: [{ oid: absentSha256, size: 5 }] }),
    }),
  }),
  lfsVerify: route({
    id: 'lfsVerify', method: 'POST', path: '/{web}{repo}.git/info/lfs/objects/verify', summary: 'Has this object arrived whole', params: repoParams,
    body: { kind: 'json', schema: lfsObject }, response: { kind: 'json', schema: acknowledged }, errors: ['REPO_NOT_FOUND', 'FORBIDDEN', 'ENTRY_NOT_FOUND'],
    permission: 'repo.openPullRequest', since: SINCE,
    example: ({ kind, repo, absentSha256 }) => ({ path: `/${webPrefixOf(kind)}${repo}.git/info/lfs/objects/verify`, contentType: LFS_TYPE, body: JSON.stringify({ oid: absentSha256, size: 5 }) }),
  }),
}
