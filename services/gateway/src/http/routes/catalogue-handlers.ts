import { HearthError } from '@hearth/errors'
import { EXPANDABLE, type QueryOf, type RepoInfo, type RepoKind, type ResponseOf, type Routes } from '@hearth/hf-api'
import { RepoSort, type ListReposRequest, type ListReposResponse } from '@hearth/proto/storage/v1/repos'
import { parseParameterRange, requiredTags } from '../../domain/list-filters.ts'
import { completeSiblings } from '../all-siblings.ts'
import { json, type Answer, type Call, type Handlers } from '../call.ts'
import { countDownload } from '../count-download.ts'
import type { HttpDeps } from '../deps.ts'
import { detailsFor, infoProperties, rowProperties, toRepoInfo } from '../mappers/repo-info.ts'
import { toRepoName, toRepoType } from '../mappers/repo-names.ts'
import { requireRepo, required } from '../mappers/required.ts'
import { groupTags } from '../mappers/tag-groups.ts'
import { linkHeader } from '../paging.ts'
import { redirectIfRenamed } from '../renamed.ts'

type ListQuery = QueryOf<Routes['listRepos']>
type InfoQuery = QueryOf<Routes['repoInfo']>
type TagGroups = ResponseOf<Routes['modelTags']>

const MAX_ROWS = 1000

export function createCatalogueHandlers(deps: HttpDeps): Pick<Handlers, 'listRepos' | 'repoInfo' | 'repoInfoAtRevision' | 'modelTags' | 'datasetTags'> {
  return {
    listRepos: ({ params, query }, call) => listRepos(deps, { kind: params.kind, query }, call),
    repoInfo: ({ params, query }, call) => showRepo(deps, { ...params, revision: undefined, query }, call),
    repoInfoAtRevision: ({ params, query }, call) => showRepo(deps, { ...params, query }, call),
    modelTags: (_input, call) => listTags(deps, 'models', call),
    datasetTags: (_input, call) => listTags(deps, 'datasets', call),
  }
}

async function listTags({ catalogue }: HttpDeps, kind: RepoKind, call: Call): Promise<Answer<TagGroups>> {
  const { tags } = await catalogue.listTags({ type: toRepoType(kind) }, call.rpc)
  return json(groupTags(tags))
}

interface AskedInfo {
  readonly kind: RepoKind
  readonly repo: string
  readonly revision: string | undefined
  readonly query: InfoQuery
}

async function showRepo(deps: HttpDeps, asked: AskedInfo, call: Call): Promise<Answer<RepoInfo>> {
  const { kind, query } = asked
  const properties = query.expand.length > 0 ? checkExpand(kind, query.expand) : infoProperties(kind)
  const details = detailsFor(properties)
  const name = toRepoName(kind, asked.repo)
  const hasFacts = details.siblings && (query.blobs ?? false)
  const first = await deps.repos.getRepo({ repo: name, revision: asked.revision, includeSiblings: details.siblings, includeBlobs: hasFacts, includeCardText: false, details }, call.rpc)
  const repo = requireRepo(first.repo)
  const away = redirectIfRenamed(call, asked, repo)
  if (away !== undefined) return away
  countDownload(deps, { kind, repoId: repo.id, path: undefined }, call)
  const answer = first.siblingsTruncated ? await completeSiblings(deps, { repo: name, hasFacts }, first, call) : first
  const source = {
    repo, facts: required(answer.facts, 'facts'), sha: answer.sha, siblings: answer.siblingsTruncated ? undefined : answer.siblings, isList: false, contentOrigin: deps.settings.contentOrigin,
  }
  const security = query.securityStatus === true ? { securityRepoStatus: { scansDone: false, filesWithIssues: [] } } : {}
  return json({ ...toRepoInfo(source, properties), ...security })
}

function checkExpand(kind: RepoKind, names: readonly string[]): readonly string[] {
  const allowed = EXPANDABLE[kind]
  if (!names.every((name) => allowed.includes(name))) throw new HearthError('INVALID_ARGUMENT', `"expand" must be one of [${allowed.join(', ')}]`)
  return names
}

interface AskedList {
  readonly kind: RepoKind
  readonly query: ListQuery
}

async function listRepos(deps: HttpDeps, asked: AskedList, call: Call): Promise<Answer<RepoInfo[]>> {
  const { kind, query } = asked
  const properties = listProperties(kind, query)
  const request = toListRequest(asked, properties)
  // No model is kept warm here, and no provider is offered.
  if (query.limit === 0 || query.inference !== undefined || query.inference_provider.length > 0) return json([])
  const answer = await deps.repos.listRepos(request, call.rpc)
  return json(toRows(answer, properties, deps.settings.contentOrigin), linkHeader(call, answer.page))
}

function toRows({ repos, facts }: ListReposResponse, properties: readonly string[], contentOrigin: string | undefined): RepoInfo[] {
  const wantsSiblings = properties.includes('siblings')
  return repos.map((repo, at) => {
    const row = required(facts[at], 'facts')
    return toRepoInfo({ repo, facts: row, sha: repo.headSha, siblings: wantsSiblings && !row.siblingsTruncated ? row.siblings : undefined, isList: true, contentOrigin }, properties)
  })
}

function toListRequest({ kind, query }: AskedList, properties: readonly string[]): ListReposRequest {
  const parameters = parseParameterRange(query.num_parameters)
  const isSpaces = kind === 'spaces'
  return {
    type: toRepoType(kind), author: query.author, search: query.search, gated: query.gated, tags: requiredTags(kind, query), pipelineTag: query.pipeline_tag,
    minParameters: parameters.min, maxParameters: parameters.max, linkedModels: isSpaces ? query.models : [], linkedDatasets: isSpaces ? query.datasets : [],
    hasLinks: isSpaces && query.linked === true, details: detailsFor(properties), sort: sortOf(query.sort), ascending: query.direction === '1',
    page: { pageSize: Math.min(query.limit ?? MAX_ROWS, MAX_ROWS), pageToken: query.cursor },
  }
}

function listProperties(kind: RepoKind, query: ListQuery): readonly string[] {
  if (query.expand.length > 0) return checkExpand(kind, query.expand)
  const extra = [...(query.cardData === true ? ['cardData'] : []), ...(query.config === true && kind === 'models' ? ['config'] : [])]
  return [...rowProperties(kind, query.full === true), ...extra]
}

const SORTS: Readonly<Record<string, RepoSort>> = {
  lastModified: RepoSort.REPO_SORT_LAST_MODIFIED, last_modified: RepoSort.REPO_SORT_LAST_MODIFIED, modified: RepoSort.REPO_SORT_LAST_MODIFIED,
  createdAt: RepoSort.REPO_SORT_CREATED, created_at: RepoSort.REPO_SORT_CREATED, downloads: RepoSort.REPO_SORT_DOWNLOADS, likes: RepoSort.REPO_SORT_LIKES,
  trendingScore: RepoSort.REPO_SORT_TRENDING, trending_score: RepoSort.REPO_SORT_TRENDING, trending: RepoSort.REPO_SORT_TRENDING,
}

function sortOf(name: string | undefined): RepoSort {
  if (name === undefined) return RepoSort.REPO_SORT_TRENDING
  const sort = Object.hasOwn(SORTS, name) ? SORTS[name] : undefined
  if (sort === undefined) throw new HearthError('INVALID_ARGUMENT', '"sort" must be one of [lastModified, trendingScore, createdAt, downloads, likes]')
  return sort
}
