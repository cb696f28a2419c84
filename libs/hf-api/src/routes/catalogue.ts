import { z } from 'zod'
import { repoInfo } from '../entities.ts'
import { route } from '../route.ts'
import { count, flag, kind, list, repoParams, revisionParams, text } from '../schemas.ts'

const SINCE = '0.1.0'
const tagGroups = z.record(z.string(), z.array(z.object({ id: z.string(), label: z.string(), type: z.string() })))

/** `library`, `language`, `task`, `license`, `dataset`, `tags` and `other` are older spellings of `filter`. */
const listQuery = z.looseObject({
  author: text, search: list, filter: list, tags: list, library: list, language: list, task: list, license: list, dataset: list, other: list, pipeline_tag: text, num_parameters: text,
  models: list, datasets: list, linked: flag, apps: list, inference: text, inference_provider: list,
  sort: text, direction: text, limit: count, full: flag, config: flag, cardData: flag, expand: list, gated: flag, cursor: text,
})
const infoQuery = z.looseObject({ expand: list, blobs: flag, securityStatus: flag })

export const CATALOGUE_ROUTES = {
  listRepos: route({
    id: 'listRepos', method: 'GET', path: '/api/{kind}', summary: 'Repos that the caller may see, by page', params: z.object({ kind }), query: listQuery,
    response: { kind: 'json', schema: z.array(repoInfo) }, errors: ['INVALID_ARGUMENT'], permission: 'public', since: SINCE,
    example: ({ kind: which, namespace }) => ({ path: `/api/${which}?author=${namespace}&limit=5` }),
  }),
  modelTags: tagsRoute('modelTags', 'models'),
  datasetTags: tagsRoute('datasetTags', 'datasets'),
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

function tagsRoute<const Id extends string>(id: Id, kind: 'models' | 'datasets') {
  return route({
    id, method: 'GET', path: `/api/${kind}-tags-by-type`, summary: `Tags of public ${kind}, by group`, response: { kind: 'json', schema: tagGroups }, errors: [], permission: 'public',
    since: SINCE, example: () => ({ path: `/api/${kind}-tags-by-type` }),
  })
}
