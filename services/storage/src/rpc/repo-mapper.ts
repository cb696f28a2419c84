import { HearthError } from '@hearth/errors'
import { GatedMode, RepoRow, RepoSort, RepoType, RepoVisibility, type GetRepoResponse, type ListReposRequest, type ListReposResponse, type Repo as RepoMessage, type RepoName as RepoNameMessage } from '@hearth/proto/storage/v1/repos'
import { trendingScoreAt } from '../domain/catalogue/trending.ts'
import type { RepoView } from '../domain/get-repo.ts'
import type { ListedPage, ListReposQuery } from '../domain/list-repos.ts'
import { SPACE_SDKS, type Repo, type RepoName, type RepoType as DomainRepoType, type SpaceSdk } from '../domain/repo.ts'
import type { ListedRepo, RepoSort as DomainSort } from '../domain/repo-store-port.ts'
import { parseDetails, toFactsMessage, toSiblingMessage } from './facts-mapper.ts'

const TYPES_TO_WIRE: Readonly<Record<DomainRepoType, RepoType>> = {
  model: RepoType.REPO_TYPE_MODEL, dataset: RepoType.REPO_TYPE_DATASET, space: RepoType.REPO_TYPE_SPACE,
}
const VISIBILITY_TO_WIRE = { public: RepoVisibility.REPO_VISIBILITY_PUBLIC, private: RepoVisibility.REPO_VISIBILITY_PRIVATE } as const
const GATED_TO_WIRE = { open: GatedMode.GATED_MODE_OPEN, auto: GatedMode.GATED_MODE_AUTO, manual: GatedMode.GATED_MODE_MANUAL } as const
const SORT_TO_WIRE: Readonly<Record<DomainSort, RepoSort>> = {
  lastModified: RepoSort.REPO_SORT_LAST_MODIFIED, created: RepoSort.REPO_SORT_CREATED, downloads: RepoSort.REPO_SORT_DOWNLOADS,
  likes: RepoSort.REPO_SORT_LIKES, trending: RepoSort.REPO_SORT_TRENDING,
}

/** undefined for the zero value; throws INVALID_ARGUMENT for a number this program does not know. */
function fromWire<K extends string>(table: Readonly<Record<K, number>>, value: number, what: string): K | undefined {
  if (value === 0) return undefined
  for (const key in table) if (table[key] === value) return key
  throw new HearthError('INVALID_ARGUMENT', `unknown ${what}`)
}

export function parseRepoType(type: RepoType): DomainRepoType {
  const parsed = fromWire(TYPES_TO_WIRE, type, 'repository type')
  if (parsed === undefined) throw new HearthError('INVALID_ARGUMENT', 'the repository type is missing')
  return parsed
}

export function parseRepoName(name: RepoNameMessage | undefined): RepoName {
  if (name === undefined || name.path === '') throw new HearthError('INVALID_ARGUMENT', 'the repository is missing')
  return { type: parseRepoType(name.type), path: name.path }
}

export function parseVisibility(visibility: RepoVisibility): 'public' | 'private' | undefined {
  return fromWire(VISIBILITY_TO_WIRE, visibility, 'visibility')
}

export function parseGated(gated: GatedMode): 'open' | 'auto' | 'manual' | undefined {
  return fromWire(GATED_TO_WIRE, gated, 'gated mode')
}

export function parseSort(sort: RepoSort): DomainSort {
  return fromWire(SORT_TO_WIRE, sort, 'sort') ?? 'trending'
}

export function parseSpaceSdk(sdk: string | undefined): SpaceSdk | undefined {
  const known = SPACE_SDKS.find((one) => one === sdk)
  if (sdk !== undefined && known === undefined) throw new HearthError('INVALID_ARGUMENT', `Invalid sdk ${JSON.stringify(sdk.slice(0, 50))}: it must be one of ${SPACE_SDKS.join(', ')}`)
  return known
}

export function toRepoMessage(repo: Repo): RepoMessage {
  return {
    id: repo.id, type: TYPES_TO_WIRE[repo.type], namespace: repo.namespace, name: repo.name, namespaceId: repo.namespaceId,
    visibility: VISIBILITY_TO_WIRE[repo.visibility], gated: GATED_TO_WIRE[repo.gated], disabled: repo.isDisabled, headSha: repo.headOid,
    createTime: repo.createdAt, lastModifiedTime: repo.lastModifiedAt, downloads: BigInt(repo.downloads), downloadsAllTime: BigInt(repo.downloadsAllTime),
    likes: BigInt(repo.likes), epoch: BigInt(repo.epoch), spaceSdk: repo.spaceSdk, usedStorageBytes: BigInt(repo.usedStorageBytes),
  }
}

export function toRepoView(view: RepoView, now: Date): GetRepoResponse {
  const { repo, sha, revisionTime, siblings, siblingsPageToken, cardText, facts, relatives } = view
  return {
    repo: toRepoMessage(repo), sha, revisionTime, siblings: siblings.rows.map(toSiblingMessage), siblingsTruncated: siblings.isTruncated, siblingsPageToken, cardText,
    facts: toFactsMessage(facts, { repo, now, relatives }),
  }
}

export function toListedPage({ rows, nextPageToken }: ListedPage, now: Date): ListReposResponse {
  return {
    repos: rows.map(({ repo }) => toRepoMessage(repo)), page: { nextPageToken }, packed: undefined,
    facts: rows.map(({ repo, facts, siblings }) => toFactsMessage(facts, { repo, now, siblings })),
  }
}

export function toPackedPage({ rows, nextPageToken }: ListedPage, now: Date): ListReposResponse {
  const packed = {
    versions: rows.map(({ listed }) => listed.version).join(), rows: rows.map(({ listed }) => packRow(listed)), trendingScores: rows.map(({ repo }) => Math.min(trendingScoreAt(repo.trendingScore, now), MAX_UINT32)),
  }
  return { repos: [], facts: [], page: { nextPageToken }, packed }
}

const MAX_UINT32 = 0xffff_ffff

/** A row that is shown again is not encoded again. */
const packedRows = new WeakMap<ListedRepo, Buffer>()

function packRow(row: ListedRepo): Buffer {
  const known = packedRows.get(row)
  if (known !== undefined) return known
  const facts = { ...toFactsMessage(row.facts, { repo: row.repo, now: row.repo.createdAt }), trendingScore: 0n }
  const packed = Buffer.from(RepoRow.encode({ repo: toRepoMessage(row.repo), facts }).finish())
  packedRows.set(row, packed)
  return packed
}

export function parseListQuery(request: ListReposRequest): ListReposQuery {
  const { author, search, ascending, gated, tags, pipelineTag, linkedModels, linkedDatasets, hasLinks, page } = request
  return {
    type: parseRepoType(request.type), author, search, gated, tags, pipelineTag, linkedModels, linkedDatasets, hasLinks, sort: parseSort(request.sort), ascending,
    minParameters: toCount(request.minParameters), maxParameters: toCount(request.maxParameters), details: parseDetails(request.details),
    includeSiblings: request.details?.siblings ?? false, pageSize: page?.pageSize, pageToken: page?.pageToken,
  }
}

function toCount(value: bigint | undefined): number | undefined {
  return value === undefined ? undefined : Math.min(Number(value), Number.MAX_SAFE_INTEGER)
}
