import { z } from 'zod'
import { typeNameOf } from '../repo-kind.ts'
import { route } from '../route.ts'
import { acknowledged, count, date, repoParams, sha256, text } from '../schemas.ts'

const SINCE = '0.1.0'
const MAX_OBJECTS = 1000

const heldFile = z.object({ fileOid: sha256, filename: z.string(), oid: sha256, pushedAt: date, ref: z.string().optional(), size: z.number() })
const sha256s = z.array(z.string().regex(/^[0-9a-f]{64}$/, 'each sha must be 64 lower-case hex digits')).min(1).max(MAX_OBJECTS)

/** Upkeep of the large objects that a repo holds. */
export const LFS_FILE_ROUTES = {
  lfsFiles: route({
    id: 'lfsFiles', method: 'GET', path: '/api/{kind}/{repo}/lfs-files', summary: 'Every large object of a repo, of old commits too', params: repoParams,
    query: z.looseObject({ limit: count, cursor: text }),
    response: { kind: 'json', schema: z.array(heldFile) }, errors: ['REPO_NOT_FOUND', 'FORBIDDEN'], permission: 'repo.writeContent', since: SINCE,
    example: ({ kind, repo }) => ({ path: `/api/${kind}/${repo}/lfs-files` }),
  }),
  deleteLfsFiles: route({
    id: 'deleteLfsFiles', method: 'POST', path: '/api/{kind}/{repo}/lfs-files/batch', summary: 'Gives up large objects for good, rewriting history if wanted', params: repoParams,
    body: { kind: 'json', schema: z.looseObject({ deletions: z.looseObject({ sha: sha256s, rewriteHistory: z.boolean().nullish() }) }) },
    response: { kind: 'json', schema: acknowledged }, errors: ['REPO_NOT_FOUND', 'FORBIDDEN', 'TOO_LARGE'], permission: 'repo.administer', since: SINCE,
    example: ({ kind, repo, absentSha256 }) => json(`/api/${kind}/${repo}/lfs-files/batch`, { deletions: { sha: [absentSha256], rewriteHistory: true } }),
  }),
  shareLfsFiles: route({
    id: 'shareLfsFiles', method: 'POST', path: '/api/{kind}/{repo}/lfs-files/duplicate', summary: 'Lets another repo hold large objects of this one', params: repoParams,
    body: {
      kind: 'json',
      schema: z.looseObject({
        target: z.looseObject({ type: z.enum(['model', 'dataset', 'space'], { error: 'target.type must be model, dataset or space' }), name: z.string().min(1).max(200) }),
        files: z.array(z.looseObject({ sha256: z.string().regex(/^[0-9a-f]{64}$/, 'must be 64 lower-case hex digits') })).min(1).max(MAX_OBJECTS),
      }),
    },
    response: { kind: 'json', schema: z.object({ failed: z.array(z.object({ sha256, error: z.string() })) }) },
    errors: ['REPO_NOT_FOUND', 'GATED_REPO', 'FORBIDDEN'], permission: 'repo.writeContent', since: SINCE,
    example: ({ kind, repo, absentSha256 }) => json(`/api/${kind}/${repo}/lfs-files/duplicate`, { target: { type: typeNameOf(kind), name: repo }, files: [{ sha256: absentSha256, filename: 'w.bin' }] }),
  }),
}

function json(path: string, body: unknown): { path: string; contentType: string; body: string } {
  return { path, contentType: 'application/json', body: JSON.stringify(body) }
}
