import { HearthError } from '@hearth/errors'
import { EXPANDABLE, type QueryOf, type RepoInfo, type RepoKind, type ResponseOf, type Routes } from '@hearth/hf-api'
import { RepoSort, type ListReposRequest } from '@hearth/proto/storage/v1/repos'
import { parseParameterRange, requiredTags } from '../../domain/list-filters.ts'
import { completeSiblings } from '../all-siblings.ts'
import { json, type Answer, type Call, type Handlers } from '../call.ts'
import { countDownload } from '../count-download.ts'
import type { HttpDeps } from '../deps.ts'
import { createRowRenderer, type RowRenderer } from '../mappers/listed-rows.ts'
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
/** A page that stalls nobody else, even when none of its rows was shown before. */
const DEFAULT_ROWS = 100

export function createCatalogueHandlers(deps: HttpDeps): Pick<Handlers, 'listRepos' | 'repoInfo' | 'repoInfoAtRevision' | 'modelTags' | 'datasetTags'> {
  const renderer = createRowRenderer(deps.settings.contentOrigin)
  return {
    listRepos: ({ params, query }, call) => listRepos(deps, renderer, { kind: params.kind, query }, call),
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

async function listRepos({ repos }: HttpDeps, renderer: RowRenderer, asked: AskedList, call: Call): Promise<Answer<RepoInfo[]>> {
  const { kind, query } = asked
  const properties = listProperties(kind, query)
  const request = toListRequest(asked, properties)
  // No model is kept warm here, and no provider is offered.
  if (query.limit === 0 || query.inference !== undefined || query.inference_provider.length > 0) return json([])
  const answer = await repos.listRepos(request, call.rpc)
  return { kind: 'jsonBytes', body: renderer.render(answer, properties), headers: linkHeader(call, answer.page) }
}

function toListRequest({ kind, query }: AskedList, properties: readonly string[]): ListReposRequest {
  const parameters = parseParameterRange(query.num_parameters)
  const isSpaces = kind === 'spaces'
  return {
    type: toRepoType(kind), author: query.author, search: query.search, gated: query.gated, tags: requiredTags(kind, query), pipelineTag: query.pipeline_tag,
    minParameters: parameters.min, maxParameters: parameters.max, linkedModels: isSpaces ? query.models : [], linkedDatasets: isSpaces ? query.datasets : [],
    hasLinks: isSpaces && query.linked === true, details: detailsFor(properties), sort: sortOf(query.sort), ascending: query.direction === '1',
    page: { pageSize: Math.min(query.limit ?? DEFAULT_ROWS, MAX_ROWS), pageToken: query.cursor }, packed: !properties.includes('siblings'),
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
