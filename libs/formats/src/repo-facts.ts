import { toStrings, type JsonObject, type JsonValue } from './json-value.ts'

const MAX_TAGS = 500
const MAX_TAG_CHARS = 256

export interface FactsInput {
  readonly kind: 'models' | 'datasets' | 'spaces'
  readonly card: JsonObject
  readonly config: JsonObject | undefined
  readonly files: readonly string[]
}

export interface RepoFacts {
  readonly tags: readonly string[]
  readonly pipelineTag: string | undefined
  readonly libraryName: string | undefined
}

/** Tags, task and library of a repo, from its card, its config.json and its file names. */
export function deriveRepoFacts(input: FactsInput): RepoFacts {
  const pipelineTag = input.kind === 'models' ? pipelineTagOf(input) : undefined
  const libraryName = input.kind === 'models' ? libraryNameOf(input) : undefined
  const tags = new Set<string>()
  const add = (tag: string | undefined): void => {
    const trimmed = tag?.trim() ?? ''
    if (trimmed !== '' && trimmed.length <= MAX_TAG_CHARS && tags.size < MAX_TAGS) tags.add(trimmed)
  }
  add(libraryName)
  if (input.kind === 'models') for (const tag of modelTags(input)) add(tag)
  add(pipelineTag)
  for (const tag of cardTags(input)) add(tag)
  return { tags: [...tags], pipelineTag, libraryName }
}

const FILE_TAGS: readonly (readonly [RegExp, string])[] = [
  [/(^|\/)pytorch_model[^/]*\.bin$/, 'pytorch'], [/(^|\/)tf_model[^/]*\.h5$/, 'tf'], [/(^|\/)flax_model[^/]*\.msgpack$/, 'jax'],
  [/\.onnx$/, 'onnx'], [/\.safetensors$/, 'safetensors'], [/\.gguf$/, 'gguf'],
]

function modelTags({ config, files }: FactsInput): string[] {
  const byFile = FILE_TAGS.filter(([shape]) => files.some((file) => shape.test(file))).map(([, tag]) => tag)
  return [...byFile, ...toStrings(config?.['model_type'])]
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

function cardTags({ kind, card }: FactsInput): string[] {
  const prefixed = PREFIXED[kind].flatMap(([key, prefix]) => toStrings(card[key]).map((value) => `${prefix}:${value}`))
  const languages = kind === 'models' ? toStrings(card['language']) : []
  const sdk = kind === 'spaces' ? toStrings(card['sdk']) : []
  return [...sdk, ...toStrings(card['tags']), ...languages, ...prefixed]
}

const LIBRARY_FILES: readonly (readonly [string, string])[] = [
  ['adapter_config.json', 'peft'], ['model_index.json', 'diffusers'], ['modules.json', 'sentence-transformers'], ['config_sentence_transformers.json', 'sentence-transformers'],
]

function libraryNameOf({ card, config, files }: FactsInput): string | undefined {
  const named = firstString(card['library_name'])
  if (named !== undefined) return named
  const byFile = LIBRARY_FILES.find(([file]) => files.includes(file))?.[1]
  if (byFile !== undefined) return byFile
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
  if (files.includes('modules.json') || files.includes('config_sentence_transformers.json')) return 'sentence-similarity'
  const architecture = toStrings(config?.['architectures'])[0]
  if (architecture === undefined) return undefined
  return TASKS.find(([shape]) => shape.test(architecture))?.[1]
}

function firstString(value: JsonValue | undefined): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined
}
