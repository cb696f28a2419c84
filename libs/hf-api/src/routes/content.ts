import { z } from 'zod'
import { treeEntry } from '../entities.ts'
import { route } from '../route.ts'
import { absoluteUrl, count, filePath, flag, gitOid, list, optionalPathParams, pathParams, revisionParams, text } from '../schemas.ts'

const SINCE = '0.1.0'
const READ_ERRORS = ['REPO_NOT_FOUND', 'REVISION_NOT_FOUND', 'ENTRY_NOT_FOUND', 'GATED_REPO'] as const
const WRITE_ERRORS = ['REPO_NOT_FOUND', 'REVISION_NOT_FOUND', 'FORBIDDEN', 'INVALID_ARGUMENT'] as const

const plannedFile = z.looseObject({
  path: filePath.min(1), size: z.number().int().min(0).max(Number.MAX_SAFE_INTEGER), sample: z.string().max(4096).nullish(),
})
const uploadPlan = z.object({ path: z.string(), uploadMode: z.enum(['lfs', 'regular']), shouldIgnore: z.boolean(), oid: z.string().optional() })

export const CONTENT_ROUTES = {
  listTree: route({
    id: 'listTree', method: 'GET', path: '/api/{kind}/{repo}/tree/{revision}/{path?}', summary: 'A folder, by page', params: optionalPathParams,
    query: z.looseObject({ recursive: flag, expand: flag, limit: count, cursor: text }),
    response: { kind: 'json', schema: z.array(treeEntry) }, errors: READ_ERRORS, permission: 'repo.see', since: SINCE,
    example: ({ kind, repo }) => ({ path: `/api/${kind}/${repo}/tree/main?recursive=true` }),
  }),
  pathsInfo: route({
    id: 'pathsInfo', method: 'POST', path: '/api/{kind}/{repo}/paths-info/{revision}', summary: 'Named paths; missing ones are left out', params: revisionParams,
    body: { kind: 'form', schema: z.looseObject({ paths: list, expand: flag }), maxBytes: 8 << 20 },
    response: { kind: 'json', schema: z.array(treeEntry) }, errors: ['REPO_NOT_FOUND', 'REVISION_NOT_FOUND'], permission: 'repo.see', since: SINCE,
    example: ({ kind, repo }) => ({ path: `/api/${kind}/${repo}/paths-info/main`, contentType: 'application/x-www-form-urlencoded', body: 'paths=README.md&expand=False' }),
  }),
  headFile: route({
    id: 'headFile', method: 'HEAD', path: '/{web}{repo}/resolve/{revision}/{path}', summary: "A file's metadata, never a redirect", params: pathParams,
    response: { kind: 'bytes' }, errors: READ_ERRORS, permission: 'repo.readContent', since: SINCE,
    example: ({ kind, repo }) => ({ path: `/${kind === 'models' ? '' : `${kind}/`}${repo}/resolve/main/README.md` }),
  }),
  getFile: route({
    id: 'getFile', method: 'GET', path: '/{web}{repo}/resolve/{revision}/{path}', summary: 'A file; a large one by a redirect to its signed address', params: pathParams,
    response: { kind: 'bytes' }, errors: [...READ_ERRORS, 'RANGE_NOT_SATISFIABLE'], permission: 'repo.readContent', since: SINCE,
    example: ({ kind, repo }) => ({ path: `/${kind === 'models' ? '' : `${kind}/`}${repo}/resolve/main/README.md` }),
  }),
  getRaw: route({
    id: 'getRaw', method: 'GET', path: '/{web}{repo}/raw/{revision}/{path}', summary: 'What git holds: for a large file its pointer', params: pathParams,
    response: { kind: 'bytes' }, errors: READ_ERRORS, permission: 'repo.readContent', since: SINCE,
    example: ({ kind, repo }) => ({ path: `/${kind === 'models' ? '' : `${kind}/`}${repo}/raw/main/README.md` }),
  }),
  preupload: route({
    id: 'preupload', method: 'POST', path: '/api/{kind}/{repo}/preupload/{revision}', summary: 'How each file of a commit has to be sent', params: revisionParams,
    query: z.looseObject({ create_pr: flag }),
    body: { kind: 'json', schema: z.looseObject({ files: z.array(plannedFile).max(1000), gitIgnore: z.string().max(1 << 20).nullish(), gitAttributes: z.string().max(1 << 20).nullish() }), maxBytes: 16 << 20 },
    response: { kind: 'json', schema: z.object({ files: z.array(uploadPlan), commitOid: gitOid.optional() }) }, errors: WRITE_ERRORS,
    permission: 'repo.writeContent', since: SINCE,
    example: ({ kind, repo }) => ({ path: `/api/${kind}/${repo}/preupload/main`, contentType: 'application/json', body: '{"files":[{"path":"a.txt","size":1,"sample":"YQ=="}]}' }),
  }),
  commit: route({
    id: 'commit', method: 'POST', path: '/api/{kind}/{repo}/commit/{revision}', summary: 'Makes one commit', params: revisionParams,
    query: z.looseObject({ create_pr: flag, hot_reload: flag }), body: { kind: 'stream', contentType: 'application/x-ndjson' },
    response: { kind: 'json', schema: z.object({ success: z.literal(true), commitOid: gitOid, commitUrl: absoluteUrl, hookOutput: z.string(), pullRequestUrl: absoluteUrl.optional() }) },
    errors: [...WRITE_ERRORS, 'PARENT_MOVED', 'CONFLICT', 'ENTRY_NOT_FOUND', 'INVALID_PATH', 'LFS_OBJECT_MISSING', 'INVALID_CARD'], permission: 'repo.writeContent', since: SINCE,
    example: ({ kind, repo, freshName }) => ({
      path: `/api/${kind}/${repo}/commit/main`, contentType: 'application/x-ndjson',
      body: `{"key":"header","value":{"summary":"add","description":""}}\n{"key":"file","value":{"path":"${freshName}.txt","content":"YQ==","encoding":"base64"}}\n`,
    }),
  }),
}
