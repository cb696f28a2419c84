import { z } from 'zod'
import { repoInfo } from '../entities.ts'
import { route } from '../route.ts'
import { count, flag, kind, list, repoParams, revisionParams, text } from '../schemas.ts'

const SINCE = '0.1.0'

const listQuery = z.looseObject({
  author: text, search: list, filter: list, sort: text, direction: text, limit: count, full: flag, config: flag, cardData: flag, expand: list, gated: flag, cursor: text,
})
const infoQuery = z.looseObject({ expand: list, blobs: flag })

export const CATALOGUE_ROUTES = {
  listRepos: route({
    id: 'listRepos', method: 'GET', path: '/api/{kind}', summary: 'Repos that the caller may see, by page', params: z.object({ kind }), query: listQuery,
    response: { kind: 'json', schema: z.array(repoInfo) }, errors: ['INVALID_ARGUMENT'], permission: 'public', since: SINCE,
    example: ({ kind: which, namespace }) => ({ path: `/api/${which}?author=${namespace}&limit=5` }),
  }),
  repoInfo: route({
    id: 'repoInfo', method: 'GET', path: '/api/{kind}/{repo}', summary: 'A repo at its default branch', params: repoParams, query: infoQuery,
    response: { kind: 'json', schema: repoInfo }, errors: ['REPO_NOT_FOUND', 'INVALID_ARGUMENT'], permission: 'repo.see', since: SINCE,
    example: ({ kind: which, repo }) => ({ path: `/api/${which}/${repo}` }),
  }),
  repoInfoAtRevision: route({
    id: 'repoInfoAtRevision', method: 'GET', path: '/api/{kind}/{repo}/revision/{revision}', summary: 'A repo at a revision', params: revisionParams, query: infoQuery,
    response: { kind: 'json', schema: repoInfo }, errors: ['REPO_NOT_FOUND', 'REVISION_NOT_FOUND', 'INVALID_ARGUMENT'], permission: 'repo.see', since: SINCE,
    example: ({ kind: which, repo }) => ({ path: `/api/${which}/${repo}/revision/main` }),
  }),
}
