import type { FileFacts } from './file-facts.ts'
import { toStrings, type JsonObject, type JsonValue } from './json-value.ts'
import { maskTokenOf, transformersInfoOf, type TransformersInfo } from './transformers-info.ts'

/** Raised with every change of what is derived, so that stored facts are derived again. */
export const FACTS_VERSION = 1

const MAX_TAGS = 500
const MAX_TAG_CHARS = 256
const MAX_LINKS = 200

export interface FactsInput {
  readonly kind: 'models' | 'datasets' | 'spaces'
  readonly card: JsonObject
  readonly config: JsonObject | undefined
  readonly tokenizerConfig: JsonObject | undefined
  readonly files: FileFacts
}

export interface RepoFacts {
  readonly tags: readonly string[]
  readonly pipelineTag: string | undefined
  readonly libraryName: string | undefined
  readonly maskToken: string | undefined
  readonly transformersInfo: TransformersInfo | undefined
  /** Other repos that the card names, folded: `model:ns/name`, `dataset:ns/name`. */
  readonly links: readonly string[]
}

/** Tags, task, library and links of a repo, from its card, its configuration files and its file names. */
export function deriveRepoFacts(input: FactsInput): RepoFacts {
  const isModel = input.kind === 'models'
  const pipelineTag = isModel ? pipelineTagOf(input) : undefined
  const libraryName = isModel ? libraryNameOf(input) : undefined
  const tags = new Set<string>()
  const add = (tag: string | undefined): void => {
    const trimmed = tag?.replace(/\p{Cc}+/gu, ' ').trim() ?? ''
    if (trimmed !== '' && trimmed.length <= MAX_TAG_CHARS && tags.size < MAX_TAGS) tags.add(trimmed)
  }
  add(libraryName)
  if (isModel) for (const tag of [...input.files.tags, ...toStrings(input.config?.['model_type'])]) add(tag)
  add(pipelineTag)
  for (const tag of cardTags(input)) add(tag)
  const maskToken = pipelineTag === 'fill-mask' ? maskTokenOf(input) : undefined
  const transformersInfo = libraryName === 'transformers' ? transformersInfoOf({ ...input, pipelineTag }) : undefined
  return { tags: [...tags], pipelineTag, libraryName, maskToken, transformersInfo, links: linksOf(input) }
}

const PREFIXED = {
  models: [['datasets', 'dataset'], ['license', 'license'], ['base_model', 'base_model']],
  datasets: [
    ['task_categories', 'task_categories'], ['task_ids', 'task_ids'], ['annotations_creators', 'annotations_creators'],
    ['language_creators', 'language_creators'], ['multilinguality', 'multilinguality'], ['source_datasets', 'source_datasets'],
    ['language', 'language'], ['license', 'license'], ['size_categories', 'size_categories'],
  ],
  spaces: [['license', 'license']],
} as const

function cardTags(input: FactsInput): string[] {
  const { kind, card } = input
  const prefixed = PREFIXED[kind].flatMap(([key, prefix]) => toStrings(card[key]).map((value) => `${prefix}:${value}`))
  const languages = kind === 'models' ? toStrings(card['language']) : []
  const sdk = kind === 'spaces' ? toStrings(card['sdk']) : []
  return [...sdk, ...toStrings(card['tags']), ...languages, ...prefixed, ...(kind === 'models' ? relationTags(input) : [])]
}

const RELATIONS: ReadonlySet<string> = new Set(['adapter', 'finetune', 'merge', 'quantized'])

/** How a model comes from its base: as the card says, else by what its files are. */
function baseModelRelation({ card, files }: Pick<FactsInput, 'card' | 'files'>): string {
  const named = firstString(card['base_model_relation'])
  if (named !== undefined && RELATIONS.has(named)) return named
  if (files.libraryName === 'peft') return 'adapter'
  if (files.tags.includes('gguf')) return 'quantized'
  return toStrings(card['base_model']).length > 1 ? 'merge' : 'finetune'
}

function relationTags(input: FactsInput): string[] {
  const bases = toStrings(input.card['base_model'])
  if (bases.length === 0) return []
  const relation = baseModelRelation(input)
  return bases.map((base) => `base_model:${relation}:${base}`)
}

function linksOf({ kind, card }: FactsInput): string[] {
  const models = toStrings(kind === 'spaces' ? card['models'] : kind === 'models' ? card['base_model'] : undefined)
  const datasets = kind === 'datasets' ? [] : toStrings(card['datasets'])
  const links = [...models.map((id) => `model:${id}`), ...datasets.map((id) => `dataset:${id}`)]
  return [...new Set(links.filter((link) => link.length <= MAX_TAG_CHARS).map((link) => link.toLowerCase().replace(/\p{Cc}+/gu, ' ')))].slice(0, MAX_LINKS)
}

function libraryNameOf({ card, config, files }: FactsInput): string | undefined {
  const named = firstString(card['library_name'])
  if (named !== undefined) return named
  if (files.libraryName !== undefined) return files.libraryName
  return config?.['model_type'] !== undefined || config?.['architectures'] !== undefined ? 'transformers' : undefined
}

const TASKS: readonly (readonly [RegExp, string])[] = [
  [/ForCausalLM$|LMHeadModel$/, 'text-generation'], [/ForMaskedLM$/, 'fill-mask'], [/ForSequenceClassification$/, 'text-classification'],
  [/ForTokenClassification$/, 'token-classification'], [/ForQuestionAnswering$/, 'question-answering'],
  [/ForImageClassification$/, 'image-classification'], [/ForObjectDetection$/, 'object-detection'], [/ForCTC$|ForSpeechSeq2Seq$|^WhisperForConditionalGeneration$/, 'automatic-speech-recognition'],
  [/ForImageTextToText$/, 'image-text-to-text'], [/^(T5|MT5|Bart|MBart|Marian|Pegasus)\w*ForConditionalGeneration$|MTModel$/, 'text2text-generation'],
]

function pipelineTagOf({ card, config, files }: FactsInput): string | undefined {
  const named = firstString(card['pipeline_tag'])
  if (named !== undefined) return named
  if (files.libraryName === 'sentence-transformers') return 'sentence-similarity'
  const architecture = toStrings(config?.['architectures'])[0]
  if (architecture === undefined) return undefined
  return TASKS.find(([shape]) => shape.test(architecture))?.[1]
}

/** A name that a column takes: not empty, not long, without U+0000. */
function firstString(value: JsonValue | undefined): string | undefined {
  const text = typeof value === 'string' ? value.replace(/\p{Cc}+/gu, ' ').trim() : ''
  return text === '' || text.length > MAX_TAG_CHARS ? undefined : text
}
