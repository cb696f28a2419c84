import { describe, expect, test } from 'vitest'
import { createFileFacts } from './file-facts.ts'
import { parseExactJson } from './exact-json.ts'
import { deriveRepoFacts, type FactsInput, type RepoFacts } from './repo-facts.ts'

function derive(kind: FactsInput['kind'], input: { card?: FactsInput['card']; config?: FactsInput['config']; tokenizerConfig?: FactsInput['tokenizerConfig']; files?: readonly string[] }): RepoFacts {
  const files = createFileFacts()
  for (const path of input.files ?? []) files.add(path)
  return deriveRepoFacts({ kind, card: input.card ?? {}, config: input.config, tokenizerConfig: input.tokenizerConfig, files: files.finish() })
}

describe('deriveRepoFacts', () => {
  test('tells a model by its card, config and files', () => {
    expect(derive('models', {
      card: { license: 'mit', language: ['no', 'en'], tags: ['demo'], datasets: ['glue'], base_model: 'A/b' },
      config: { model_type: 'bert', architectures: ['BertForMaskedLM'] }, files: ['model.safetensors', 'onnx/model.onnx', 'README.md', 'tokenizer.json'],
    })).toEqual({
      libraryName: 'transformers', pipelineTag: 'fill-mask', maskToken: '[MASK]', links: ['model:a/b', 'dataset:glue'],
      transformersInfo: { auto_model: 'AutoModelForMaskedLM', pipeline_tag: 'fill-mask', processor: 'AutoTokenizer' },
      tags: ['transformers', 'onnx', 'safetensors', 'bert', 'fill-mask', 'demo', 'no', 'en', 'dataset:glue', 'license:mit', 'base_model:A/b', 'base_model:finetune:A/b'],
    })
  })

  test('lets the card decide over what it would guess', () => {
    const facts = derive('models', { card: { pipeline_tag: 'text-generation', library_name: 'mlx' }, config: { architectures: ['BertForMaskedLM'] } })
    expect(facts).toMatchObject({ pipelineTag: 'text-generation', libraryName: 'mlx', maskToken: undefined, transformersInfo: undefined })
  })

  test.each([
    [{ mask_token: '<mask>' }, '<mask>'], [{ mask_token: { content: '<m>', lstrip: true } }, '<m>'], [{}, '<mask>'],
  ])('reads the mask token from %j', (tokenizerConfig, expected) => {
    expect(derive('models', { config: { model_type: 'roberta', architectures: ['RobertaForMaskedLM'] }, tokenizerConfig }).maskToken).toBe(expected)
  })

  test.each([
    ['GPT2LMHeadModel', undefined, 'AutoModelForCausalLM'], ['T5ForConditionalGeneration', undefined, 'AutoModelForSeq2SeqLM'], ['BertModel', undefined, 'AutoModel'],
    ['XForCausalLM', { AutoModelForCausalLM: 'modeling_x.XForCausalLM' }, 'AutoModelForCausalLM'],
  ])('opens %s with %s', (architecture, autoMap, autoModel) => {
    const info = derive('models', { config: { architectures: [architecture], ...(autoMap === undefined ? {} : { auto_map: autoMap }) } }).transformersInfo
    expect(info).toMatchObject({ auto_model: autoModel, ...(autoMap === undefined ? {} : { custom_class: 'modeling_x.XForCausalLM' }) })
  })

  test('prefixes what datasets say', () => {
    const facts = derive('datasets', { card: { language: 'no', license: ['mit'], task_categories: ['text-classification'], size_categories: ['n<1K'], tags: ['x'] } })
    expect(facts).toMatchObject({ pipelineTag: undefined, libraryName: undefined, tags: ['x', 'task_categories:text-classification', 'language:no', 'license:mit', 'size_categories:n<1K'] })
  })

  test('links a space with the models and datasets that it names', () => {
    expect(derive('spaces', { card: { sdk: 'gradio', models: ['Org/M'], datasets: 'org/d' } })).toMatchObject({ tags: ['gradio'], links: ['model:org/m', 'dataset:org/d'] })
  })

  test('survives cards of any shape, and stays small', () => {
    const card = { tags: [{ a: 1 }, null, ['x'], 5, true, ' ', 'y'.repeat(300), 'n\0u\u001fl'], license: { name: 'x' }, language: null, library_name: ['x'], pipeline_tag: 5 }
    expect(derive('models', { card, config: { architectures: 'x', model_type: {} } }).tags).toEqual(['transformers', '5', 'true', 'n u l'])
    expect(derive('models', { card: { tags: Array.from({ length: 5000 }, (_, at) => `t${at}`), base_model: Array(5000).fill('a/b') } }).tags).toHaveLength(500)
  })
})

test('no digit of a whole number is lost', () => {
  const text = '{"a":1152921504606846977,"b":[18446744073709551615,-9223372036854775808],"c":1.5,"d":7}'
  expect(JSON.stringify(parseExactJson(text))).toBe(text)
})
