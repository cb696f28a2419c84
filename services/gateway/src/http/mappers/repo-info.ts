import { parseJsonObject, toStrings, type JsonObject } from '@hearth/formats'
import type { RepoInfo, RepoKind, Sibling } from '@hearth/hf-api'
import { GatedMode, RepoVisibility, type Repo, type RepoDetails, type RepoFacts, type Sibling as SiblingRow, type WeightFacts } from '@hearth/proto/storage/v1/repos'
import { idOf } from './repo-names.ts'
import { baseModelsOf, runtimeOf, spaceHost, subdomainOf } from './repo-properties.ts'

/** A row of a list, or a repo at one revision. */
export interface InfoSource {
  readonly repo: Repo
  readonly facts: RepoFacts
  readonly sha: string
  /** undefined: not asked for, or too many for one answer; clients then list the tree. */
  readonly siblings: readonly SiblingRow[] | undefined
  readonly isList: boolean
  /** Where the pages of spaces are served, when they are. */
  readonly contentOrigin: string | undefined
}

/** The source with its JSON read once, whatever number of properties need it. */
interface ReadSource extends InfoSource {
  readonly card: () => JsonObject | undefined
}

type Property = (source: ReadSource) => unknown

/** How each property of an answer is made; one that gives undefined is left out. */
const PROPERTIES: Readonly<Record<string, Property>> = {
  modelId: ({ repo }) => idOf(repo),
  author: ({ repo }) => repo.namespace,
  sha: ({ sha }) => (sha === '' ? undefined : sha),
  createdAt: ({ repo }) => repo.createTime?.toISOString(),
  lastModified: ({ repo }) => (repo.lastModifiedTime ?? repo.createTime)?.toISOString(),
  private: ({ repo }) => repo.visibility === RepoVisibility.REPO_VISIBILITY_PRIVATE,
  visibility: ({ repo }) => (repo.visibility === RepoVisibility.REPO_VISIBILITY_PRIVATE ? 'private' : 'public'),
  gated: ({ repo }) => gatedOf(repo),
  disabled: ({ repo }) => repo.disabled,
  downloads: ({ repo }) => Number(repo.downloads),
  downloadsAllTime: ({ repo }) => Number(repo.downloadsAllTime),
  likes: ({ repo }) => Number(repo.likes),
  trendingScore: ({ facts }) => Number(facts.trendingScore),
  usedStorage: ({ repo }) => Number(repo.usedStorageBytes),
  xetEnabled: () => false,
  tags: ({ facts }) => facts.tags,
  pipeline_tag: ({ facts }) => facts.pipelineTag,
  library_name: ({ facts }) => facts.libraryName,
  mask_token: ({ facts }) => facts.maskToken,
  transformersInfo: ({ facts }) => parseJsonObject(facts.transformersJson),
  config: ({ facts }) => parseJsonObject(facts.configJson),
  cardData: ({ card }) => card(),
  'model-index': ({ card }) => card()?.['model-index'],
  widgetData: ({ card }) => card()?.['widget'],
  paperswithcode_id: ({ card }) => card()?.['paperswithcode_id'],
  models: ({ card }) => namesOf(card()?.['models']),
  datasets: ({ card }) => namesOf(card()?.['datasets']),
  baseModels: ({ facts, card }) => baseModelsOf(facts.tags, card()),
  safetensors: ({ facts }) => safetensorsOf(facts.weights),
  description: ({ facts }) => facts.description,
  citation: ({ facts }) => facts.citation,
  siblings: ({ siblings }) => siblings?.map(toSibling),
  spaces: ({ facts, isList }) => (isList ? undefined : facts.linkedSpaceIds),
  childrenModelCount: ({ facts, isList }) => (isList ? undefined : Number(facts.childModelCount)),
  inferenceProviderMapping: ({ isList }) => (isList ? [] : {}),
  sdk: ({ repo }) => repo.spaceSdk,
  subdomain: ({ repo }) => subdomainOf(repo),
  host: ({ repo, contentOrigin }) => spaceHost(repo, contentOrigin),
  runtime: ({ facts }) => runtimeOf(facts),
}

const CARD_PROPERTIES: ReadonlySet<string> = new Set(['cardData', 'model-index', 'widgetData', 'paperswithcode_id', 'models', 'datasets', 'baseModels'])
const EXTRA_PROPERTIES: ReadonlySet<string> = new Set(['mask_token', 'transformersInfo', 'description', 'citation', 'runtime'])

const ROW = ['author', 'createdAt', 'disabled', 'gated', 'lastModified', 'likes', 'private', 'sha', 'trendingScore', 'downloads', 'tags'] as const
const OWN_ROW: Readonly<Record<RepoKind, readonly string[]>> = {
  models: ['modelId', 'pipeline_tag', 'library_name'], datasets: ['description'], spaces: ['sdk'],
}
const OWN_FULL_ROW: Readonly<Record<RepoKind, readonly string[]>> = {
  models: ['siblings'], datasets: ['siblings', 'cardData', 'citation', 'paperswithcode_id'], spaces: ['siblings', 'cardData', 'subdomain', 'host', 'runtime', 'models', 'datasets'],
}
const OWN_INFO: Readonly<Record<RepoKind, readonly string[]>> = {
  models: ['config', 'model-index', 'transformersInfo', 'mask_token', 'widgetData', 'safetensors', 'spaces'], datasets: ['citation', 'paperswithcode_id'],
  spaces: ['subdomain', 'host', 'runtime', 'models', 'datasets'],
}

/** What a row holds when the caller names nothing. */
export function rowProperties(kind: RepoKind, isFull: boolean): readonly string[] {
  return [...ROW, ...OWN_ROW[kind], ...(isFull ? OWN_FULL_ROW[kind] : [])]
}

/** What an info answer holds when the caller names nothing. */
export function infoProperties(kind: RepoKind): readonly string[] {
  return [...ROW, ...OWN_ROW[kind], ...OWN_INFO[kind], 'cardData', 'siblings', 'usedStorage', 'visibility']
}

/** The facts that these properties are made of. */
export function detailsFor(properties: readonly string[]): RepoDetails {
  const has = (name: string): boolean => properties.includes(name)
  return {
    card: properties.some((name) => CARD_PROPERTIES.has(name)), extras: properties.some((name) => EXTRA_PROPERTIES.has(name)),
    config: has('config'), weights: has('safetensors'), siblings: has('siblings'), linkedSpaces: has('spaces'), childModels: has('childrenModelCount'),
  }
}

/** `id` and `_id` and those of the named properties that Hearth has. */
export function toRepoInfo(source: InfoSource, properties: readonly string[]): RepoInfo {
  let card: { readonly data: JsonObject | undefined } | undefined
  const read: ReadSource = { ...source, card: () => (card ??= { data: parseJsonObject(source.facts.cardJson) }).data }
  const info: Record<string, unknown> & Pick<RepoInfo, '_id' | 'id'> = { _id: source.repo.id, id: idOf(source.repo) }
  for (const name of properties) {
    const value = PROPERTIES[name]?.(read)
    if (value !== undefined) info[name] = value
  }
  return info
}

export function gatedOf(repo: Repo): false | 'auto' | 'manual' {
  switch (repo.gated) {
    case GatedMode.GATED_MODE_AUTO: return 'auto'
    case GatedMode.GATED_MODE_MANUAL: return 'manual'
    default: return false
  }
}

function namesOf(value: Parameters<typeof toStrings>[0]): readonly string[] | undefined {
  const names = toStrings(value)
  return names.length === 0 ? undefined : names
}

/** A file that is no safetensors counts nothing, and the answer says why. */
function safetensorsOf(weights: WeightFacts | undefined): Record<string, unknown> | undefined {
  if (weights === undefined) return undefined
  const parameters = Object.fromEntries(weights.counts.map(({ dtype, parameters: count }) => [dtype, Number(count)]))
  const verdict = weights.invalidReason === undefined ? {} : { verdict: 'invalid', reason: weights.invalidReason }
  return { parameters, total: Number(weights.total), ...verdict }
}

function toSibling({ path, sizeBytes, blobOid, lfs }: SiblingRow): Sibling {
  return {
    rfilename: path,
    ...(sizeBytes === undefined ? {} : { size: Number(sizeBytes) }),
    ...(blobOid === undefined ? {} : { blobId: blobOid }),
    ...(lfs === undefined ? {} : { lfs: { size: Number(lfs.sizeBytes), sha256: lfs.sha256, pointerSize: Number(lfs.pointerSizeBytes) } }),
  }
}
