import { HearthError, isHearthError } from '@hearth/errors'
import { EXPANDABLE, type QueryOf, type RepoInfo, type RepoKind, type Routes } from '@hearth/hf-api'
import { RepoSort, type GetRepoRequest, type Repo } from '@hearth/proto/storage/v1/repos'
import { completeSiblings } from '../all-siblings.ts'
import { json, type Answer, type Call, type Handlers } from '../call.ts'
import type { HttpDeps } from '../deps.ts'
import { defaultProperties, DETAIL_PROPERTIES, toRepoInfo, type InfoDetails } from '../mappers/repo-info.ts'
import { idOf, toRepoName, toRepoType } from '../mappers/repo-names.ts'
import { requireRepo } from '../mappers/required.ts'
import { linkHeader } from '../paging.ts'
import { redirectIfRenamed } from '../renamed.ts'

type ListQuery = QueryOf<Routes['listRepos']>
type InfoQuery = QueryOf<Routes['repoInfo']>

const MAX_ROWS = 1000
/** Rows that need a repo's files cost a call each. */
const MAX_DETAILED_ROWS = 100
const DETAIL_CALLS_AT_ONCE = 8

export function createCatalogueHandlers(deps: HttpDeps): Pick<Handlers, 'listRepos' | 'repoInfo' | 'repoInfoAtRevision'> {
  return {
    listRepos: ({ params, query }, call) => listRepos(deps, { kind: params.kind, query }, call),
    repoInfo: ({ params, query }, call) => showRepo(deps, { ...params, revision: undefined, query }, call),
    repoInfoAtRevision: ({ params, query }, call) => showRepo(deps, { ...params, query }, call),
  }
}

interface AskedInfo {
  readonly kind: RepoKind
  readonly repo: string
  readonly revision: string | undefined
  readonly query: InfoQuery
}

async function showRepo(deps: HttpDeps, asked: AskedInfo, call: Call): Promise<Answer<RepoInfo>> {
  const { kind, query } = asked
  const properties = query.expand.length > 0 ? checkExpand(kind, query.expand) : defaultProperties(kind, true)
  const name = toRepoName(kind, asked.repo)
  const hasFacts = query.blobs ?? false
  const answer = await deps.repos.getRepo({ repo: name, revision: asked.revision, includeSiblings: needsSiblings(properties), includeBlobs: hasFacts }, call.rpc)
  const repo = requireRepo(answer.repo)
  const away = redirectIfRenamed(call, asked, repo)
  if (away !== undefined) return away
  const details = answer.siblingsTruncated ? await completeSiblings(deps, { repo: name, hasFacts }, answer, call) : answer
  return json(toRepoInfo(kind, { repo, details }, properties))
}

/** File names decide tags and library as well. */
function needsSiblings(properties: readonly string[]): boolean {
  return properties.some((name) => name !== 'cardData' && DETAIL_PROPERTIES.has(name))
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

async function listRepos(deps: HttpDeps, { kind, query }: AskedList, call: Call): Promise<Answer<RepoInfo[]>> {
  if (query.limit === 0) return json([])
  const properties = listProperties(kind, query)
  const isDetailed = properties.some((name) => DETAIL_PROPERTIES.has(name))
  if (query.filter.length > 0) throw new HearthError('NOT_IMPLEMENTED', 'this hub cannot filter lists by tag yet')
  const { repos, page } = await deps.repos.listRepos({
    type: toRepoType(kind), author: query.author, search: query.search, sort: sortOf(query.sort), ascending: query.direction === '1',
    page: { pageSize: Math.min(query.limit ?? MAX_ROWS, isDetailed ? MAX_DETAILED_ROWS : MAX_ROWS), pageToken: query.cursor }, gated: query.gated,
  }, call.rpc)
  const rows = isDetailed ? await readDetails(deps, { kind, repos, properties }, call) : repos.map((repo) => toRepoInfo(kind, { repo, details: undefined }, properties))
  return json(rows, linkHeader(call, page))
}

function listProperties(kind: RepoKind, query: ListQuery): readonly string[] {
  if (query.expand.length > 0) return checkExpand(kind, query.expand)
  const extra = [...(query.cardData === true ? ['cardData'] : []), ...(query.config === true ? ['config'] : [])]
  return [...defaultProperties(kind, query.full === true), ...(kind === 'models' ? ['modelId'] : []), ...extra]
}

interface DetailedPage {
  readonly kind: RepoKind
  readonly repos: readonly Repo[]
  readonly properties: readonly string[]
}

async function readDetails({ repos: client }: HttpDeps, { kind, repos, properties }: DetailedPage, call: Call): Promise<RepoInfo[]> {
  const rows: (RepoInfo | undefined)[] = []
  let next = 0
  const includeSiblings = needsSiblings(properties)
  const work = async (): Promise<void> => {
    for (let at = next++; at < repos.length; at = next++) {
      const repo = repos[at]
      if (repo === undefined) return
      const request: GetRepoRequest = { repo: toRepoName(kind, idOf(repo)), revision: undefined, includeSiblings, includeBlobs: false }
      const details = await unlessGone(client.getRepo(request, call.rpc))
      rows[at] = details === undefined ? undefined : toRepoInfo(kind, { repo, details }, properties)
    }
  }
  await Promise.all(Array.from({ length: DETAIL_CALLS_AT_ONCE }, work))
  return rows.filter((row) => row !== undefined)
}

async function unlessGone(pending: Promise<InfoDetails>): Promise<InfoDetails | undefined> {
  try {
    return await pending
  } catch (error) {
    if (isHearthError(error, 'REPO_NOT_FOUND')) return undefined
    throw error
  }
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
