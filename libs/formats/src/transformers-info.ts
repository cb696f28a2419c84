import type { FileFacts } from './file-facts.ts'
import { isJsonObject, toStrings, type JsonObject, type JsonValue } from './json-value.ts'

/** Which classes of the transformers library open a model. */
export interface TransformersInfo {
  readonly auto_model: string
  readonly custom_class?: string
  readonly pipeline_tag?: string
  readonly processor?: string
}

interface ModelInput {
  readonly config: JsonObject | undefined
  readonly tokenizerConfig: JsonObject | undefined
  readonly files: FileFacts
}

const AUTO_HEADS = [
  'ForCausalLM', 'ForMaskedLM', 'ForSequenceClassification', 'ForTokenClassification', 'ForQuestionAnswering', 'ForImageClassification', 'ForObjectDetection', 'ForCTC',
  'ForSpeechSeq2Seq', 'ForImageTextToText', 'ForMultipleChoice', 'ForPreTraining', 'ForSeq2SeqLM', 'ForAudioClassification', 'ForImageSegmentation',
] as const
const SEQ2SEQ = /^(T5|MT5|Bart|MBart|Marian|Pegasus|LongT5|UMT5)\w*(ForConditionalGeneration|MTModel)$/

export function transformersInfoOf({ config, files, pipelineTag }: ModelInput & { readonly pipelineTag: string | undefined }): TransformersInfo | undefined {
  if (config === undefined) return undefined
  const architecture = toStrings(config['architectures'])[0] ?? ''
  const custom = customClassOf(config, architecture)
  const processor = processorOf(files, pipelineTag)
  return {
    auto_model: autoModelOf(architecture),
    ...(custom === undefined ? {} : { custom_class: custom }), ...(pipelineTag === undefined ? {} : { pipeline_tag: pipelineTag }), ...(processor === undefined ? {} : { processor }),
  }
}

function autoModelOf(architecture: string): string {
  if (SEQ2SEQ.test(architecture)) return 'AutoModelForSeq2SeqLM'
  if (architecture.endsWith('LMHeadModel')) return 'AutoModelForCausalLM'
  const head = AUTO_HEADS.find((name) => architecture.endsWith(name))
  return `AutoModel${head ?? ''}`
}

function customClassOf(config: JsonObject, architecture: string): string | undefined {
  const map = config['auto_map']
  if (!isJsonObject(map)) return undefined
  const named = toStrings(map[autoModelOf(architecture)])[0]
  return named === undefined || named.length > 256 ? undefined : named
}

function processorOf(files: FileFacts, pipelineTag: string | undefined): string | undefined {
  if (files.hasPreprocessor && files.hasTokenizer) return 'AutoProcessor'
  if (files.hasPreprocessor) return pipelineTag?.startsWith('image') === true || pipelineTag === 'object-detection' ? 'AutoImageProcessor' : 'AutoFeatureExtractor'
  return files.hasTokenizer ? 'AutoTokenizer' : undefined
}

const ANGLE_MASK: ReadonlySet<string> = new Set(['roberta', 'xlm-roberta', 'camembert', 'longformer', 'mpnet', 'bart', 'xlm-roberta-xl', 'esm'])

/** What a fill-mask model wants in place of the hidden word. */
export function maskTokenOf({ config, tokenizerConfig }: ModelInput): string | undefined {
  const told = tokenText(tokenizerConfig?.['mask_token'])
  if (told !== undefined) return told
  const type = config?.['model_type']
  return typeof type === 'string' && ANGLE_MASK.has(type) ? '<mask>' : '[MASK]'
}

const TOLD_TOKENS = ['bos_token', 'eos_token', 'pad_token', 'unk_token', 'cls_token', 'sep_token', 'mask_token'] as const
const MAX_TEMPLATE_CHARS = 64 * 1024

/** The part of a tokenizer_config.json that info answers carry inside `config`. */
export function summariseTokenizerConfig(config: JsonObject): JsonObject | undefined {
  const tokens = TOLD_TOKENS.flatMap((key) => {
    const text = tokenText(config[key])
    return text === undefined ? [] : [[key, text] as const]
  })
  const template = config['chat_template']
  const told = typeof template === 'string' && template.length <= MAX_TEMPLATE_CHARS ? [...tokens, ['chat_template', template] as const] : tokens
  return told.length === 0 ? undefined : Object.fromEntries(told)
}

/** A token is its text, or an object that says more about it. */
function tokenText(value: JsonValue | undefined): string | undefined {
  const text = isJsonObject(value) ? value['content'] : value
  return typeof text === 'string' && text !== '' && text.length <= 256 ? text : undefined
}
