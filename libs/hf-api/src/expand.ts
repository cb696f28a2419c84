import type { RepoKind } from './repo-kind.ts'

const SHARED = ['author', 'cardData', 'createdAt', 'disabled', 'lastModified', 'likes', 'private', 'resourceGroup', 'sha', 'siblings', 'tags', 'trendingScore', 'usedStorage'] as const

/** What `expand` may name. Those that Hearth does not have are simply missing from the answer. */
export const EXPANDABLE: Readonly<Record<RepoKind, readonly string[]>> = {
  models: [
    ...SHARED, 'baseModels', 'childrenModelCount', 'config', 'downloads', 'downloadsAllTime', 'evalResults', 'gated', 'gguf', 'inference',
    'inferenceProviderMapping', 'library_name', 'mask_token', 'model-index', 'pipeline_tag', 'safetensors', 'spaces', 'transformersInfo',
    'widgetData', 'xetEnabled',
  ].toSorted(),
  datasets: [...SHARED, 'citation', 'description', 'downloads', 'downloadsAllTime', 'gated', 'mainSize', 'paperswithcode_id', 'xetEnabled'].toSorted(),
  spaces: [...SHARED, 'datasets', 'models', 'region', 'runtime', 'sdk', 'subdomain', 'xetEnabled'].toSorted(),
}
