import { deriveRepoFacts, parseCard, parseModelConfig, summariseModelConfig, type JsonObject, type RepoFacts } from '@hearth/formats'
import type { RepoInfo, RepoKind, Sibling } from '@hearth/hf-api'
import { GatedMode, RepoVisibility, type Repo, type Sibling as SiblingRow } from '@hearth/proto/storage/v1/repos'
import { idOf } from './repo-names.ts'

/** A row of a list, or all that GetRepo tells. */
export interface InfoSource {
  readonly repo: Repo
  readonly details: InfoDetails | undefined
}

export interface InfoDetails {
  readonly sha: string
  readonly siblings: readonly SiblingRow[]
  /** Clients list the tree when `siblings` is missing; a part of it would be taken for the whole. */
  readonly siblingsTruncated: boolean
  readonly cardText?: string | undefined
  readonly configText?: string | undefined
}

/** Properties that need more than the catalogue row. */
export const DETAIL_PROPERTIES: ReadonlySet<string> = new Set([
  'cardData', 'config', 'library_name', 'mask_token', 'model-index', 'pipeline_tag', 'siblings', 'tags', 'transformersInfo', 'widgetData', 'datasets', 'models',
])

const CATALOGUE = ['author', 'createdAt', 'disabled', 'gated', 'lastModified', 'likes', 'private', 'sha', 'trendingScore', 'downloads'] as const
const DETAILED = [...CATALOGUE, 'cardData', 'siblings', 'tags', 'usedStorage', 'visibility'] as const

/** What an answer holds when the caller names nothing. */
export function defaultProperties(kind: RepoKind, isDetailed: boolean): readonly string[] {
  const own = kind === 'spaces' ? ['sdk'] : []
  if (!isDetailed) return [...CATALOGUE, ...own]
  return kind === 'models' ? [...DETAILED, 'modelId', 'pipeline_tag', 'library_name', 'config', 'model-index', 'transformersInfo', 'spaces'] : [...DETAILED, ...own]
}

/** `id` and `_id` and those of the named properties that Hearth knows. */
export function toRepoInfo(kind: RepoKind, source: InfoSource, properties: readonly string[]): RepoInfo {
  const known = { ...catalogueProperties(source), ...(source.details === undefined ? {} : detailProperties(kind, source.details)) }
  const picked = Object.fromEntries(properties.flatMap((name) => (known[name] === undefined ? [] : [[name, known[name]] as const])))
  return { _id: source.repo.id, id: idOf(source.repo), ...picked }
}

function catalogueProperties({ repo, details }: InfoSource): Record<string, unknown> {
  const sha = details === undefined ? repo.headSha : details.sha
  return {
    modelId: idOf(repo),
    author: repo.namespace,
    sha: sha === '' ? undefined : sha,
    createdAt: repo.createTime?.toISOString(),
    lastModified: (repo.lastModifiedTime ?? repo.createTime)?.toISOString(),
    private: repo.visibility === RepoVisibility.REPO_VISIBILITY_PRIVATE,
    visibility: repo.visibility === RepoVisibility.REPO_VISIBILITY_PRIVATE ? 'private' : 'public',
    gated: gatedOf(repo),
    disabled: repo.disabled,
    downloads: Number(repo.downloads),
    downloadsAllTime: Number(repo.downloadsAllTime),
    likes: Number(repo.likes),
    trendingScore: 0,
    usedStorage: Number(repo.usedStorageBytes),
    sdk: repo.spaceSdk,
    xetEnabled: false,
    spaces: [],
    inferenceProviderMapping: details === undefined ? [] : {},
  }
}

export function gatedOf(repo: Repo): false | 'auto' | 'manual' {
  switch (repo.gated) {
    case GatedMode.GATED_MODE_AUTO: return 'auto'
    case GatedMode.GATED_MODE_MANUAL: return 'manual'
    default: return false
  }
}

function detailProperties(kind: RepoKind, details: InfoDetails): Record<string, unknown> {
  const card = cardOf(details)
  const config = details.configText === undefined || kind !== 'models' ? undefined : parseModelConfig(details.configText)
  const facts = deriveRepoFacts({ kind, card: card ?? {}, config, files: details.siblings.map(({ path }) => path) })
  return {
    cardData: card,
    siblings: details.siblingsTruncated ? undefined : details.siblings.map(toSibling),
    tags: facts.tags,
    pipeline_tag: facts.pipelineTag,
    library_name: facts.libraryName,
    config: config === undefined ? undefined : summariseModelConfig(config),
    'model-index': card?.['model-index'],
    widgetData: card?.['widget'],
    transformersInfo: transformersInfoOf(config, facts),
    datasets: kind === 'spaces' ? card?.['datasets'] : undefined,
    models: kind === 'spaces' ? card?.['models'] : undefined,
  }
}

function cardOf({ cardText }: InfoDetails): JsonObject | undefined {
  const card = cardText === undefined ? undefined : parseCard(cardText)
  return card?.kind === 'read' ? card.data : undefined
}

const AUTO_CLASSES = [
  'ForCausalLM', 'ForMaskedLM', 'ForSequenceClassification', 'ForTokenClassification', 'ForQuestionAnswering', 'ForImageClassification', 'ForObjectDetection', 'ForCTC', 'ForSpeechSeq2Seq',
]

function transformersInfoOf(config: JsonObject | undefined, facts: RepoFacts): Record<string, string> | undefined {
  if (config === undefined || facts.libraryName !== 'transformers') return undefined
  const architectures = config['architectures']
  const first: unknown = Array.isArray(architectures) ? architectures[0] : undefined
  const suffix = typeof first === 'string' ? AUTO_CLASSES.find((name) => first.endsWith(name)) : undefined
  return { auto_model: `Auto${suffix === undefined ? 'Model' : `Model${suffix}`}`, ...(facts.pipelineTag === undefined ? {} : { pipeline_tag: facts.pipelineTag }) }
}

function toSibling({ path, sizeBytes, blobOid, lfs }: SiblingRow): Sibling {
  return {
    rfilename: path,
    ...(sizeBytes === undefined ? {} : { size: Number(sizeBytes) }),
    ...(blobOid === undefined ? {} : { blobId: blobOid }),
    ...(lfs === undefined ? {} : { lfs: { size: Number(lfs.sizeBytes), sha256: lfs.sha256, pointerSize: Number(lfs.pointerSizeBytes) } }),
  }
}
