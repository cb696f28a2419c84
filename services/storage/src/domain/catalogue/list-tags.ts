import type { RepoType } from '../repo.ts'
import type { CatalogueStore, TagUse } from './catalogue-store-port.ts'

export interface GroupedTag {
  readonly tag: string
  readonly group: string
  readonly repoCount: number
}

export interface TagLists {
  /** Every tag of public repos, the most used first: at most a minute old. */
  listTags(type: RepoType): Promise<readonly GroupedTag[]>
}

const FRESH_MS = 60_000
const MAX_TAGS = 20_000

interface Remembered {
  readonly untilMs: number
  readonly tags: Promise<readonly GroupedTag[]>
}

/** The same answer for everybody, made once a minute at most, however many ask. */
export function createTagLists(catalogue: Pick<CatalogueStore, 'listTags'>, nowMs: () => number): TagLists {
  const known = new Map<RepoType, Remembered>()
  return {
    listTags(type) {
      const hit = known.get(type)
      if (hit !== undefined && hit.untilMs > nowMs()) return hit.tags
      const tags = catalogue.listTags(type, MAX_TAGS).then((uses) => uses.map((use) => ({ tag: use.tag, group: groupOf(type, use), repoCount: use.repoCount })))
      const entry = { untilMs: nowMs() + FRESH_MS, tags }
      known.set(type, entry)
      tags.catch(() => { if (known.get(type) === entry) known.delete(type) })
      return tags
    },
  }
}

const PREFIXES: ReadonlySet<string> = new Set([
  'dataset', 'license', 'base_model', 'region', 'doi', 'arxiv', 'task_categories', 'task_ids', 'annotations_creators', 'language_creators', 'multilinguality',
  'source_datasets', 'language', 'size_categories', 'format', 'modality', 'library', 'benchmark',
])

function groupOf(type: RepoType, { tag, isPipelineTag, isLibrary }: TagUse): string {
  const colon = tag.indexOf(':')
  const prefix = colon > 0 ? tag.slice(0, colon) : ''
  if (PREFIXES.has(prefix)) return prefix
  if (isPipelineTag) return 'pipeline_tag'
  if (isLibrary) return 'library'
  return type === 'model' && isLanguage(tag) ? 'language' : 'other'
}

const LANGUAGES = new Intl.DisplayNames(['en'], { type: 'language', fallback: 'none' })

function isLanguage(tag: string): boolean {
  return /^[a-z]{2,3}$/.test(tag) && LANGUAGES.of(tag) !== undefined
}
