import { describe, expect, test } from 'vitest'
import { deriveRepoFacts } from './repo-facts.ts'

describe('deriveRepoFacts', () => {
  test('tells a model by its card, config and files', () => {
    expect(deriveRepoFacts({
      kind: 'models', card: { license: 'mit', language: ['no', 'en'], tags: ['demo'], datasets: ['glue'], base_model: 'a/b' },
      config: { model_type: 'bert', architectures: ['BertForMaskedLM'] }, files: ['model.safetensors', 'onnx/model.onnx', 'README.md'],
    })).toEqual({ libraryName: 'transformers', pipelineTag: 'fill-mask', tags: ['transformers', 'onnx', 'safetensors', 'bert', 'fill-mask', 'demo', 'no', 'en', 'dataset:glue', 'license:mit', 'base_model:a/b'] })
  })

  test.each([
    [['adapter_config.json'], 'peft'], [['model_index.json'], 'diffusers'], [['modules.json', 'config.json'], 'sentence-transformers'], [['x.bin'], undefined],
  ])('takes %j for %s', (files, library) => {
    expect(deriveRepoFacts({ kind: 'models', card: {}, config: undefined, files }).libraryName).toBe(library)
  })

  test('lets the card decide over what it would guess', () => {
    const facts = deriveRepoFacts({ kind: 'models', card: { pipeline_tag: 'text-generation', library_name: 'mlx' }, config: { architectures: ['BertForMaskedLM'] }, files: [] })
    expect(facts).toMatchObject({ pipelineTag: 'text-generation', libraryName: 'mlx' })
  })

  test('prefixes what datasets say', () => {
    const facts = deriveRepoFacts({ kind: 'datasets', card: { language: 'no', license: ['mit'], task_categories: ['text-classification'], size_categories: ['n<1K'], tags: ['x'] }, config: undefined, files: [] })
    expect(facts).toEqual({ pipelineTag: undefined, libraryName: undefined, tags: ['x', 'task_categories:text-classification', 'language:no', 'license:mit', 'size_categories:n<1K'] })
  })

  test('survives cards of any shape, and stays small', () => {
    const card = { tags: [{ a: 1 }, null, ['x'], 5, true, ' ', 'y'.repeat(300)], license: { name: 'x' }, language: null }
    expect(deriveRepoFacts({ kind: 'models', card, config: { architectures: 'x', model_type: {} }, files: [] }).tags).toEqual(['transformers', '5', 'true'])
    expect(deriveRepoFacts({ kind: 'models', card: { tags: Array.from({ length: 5000 }, (_, at) => `t${at}`) }, config: undefined, files: [] }).tags).toHaveLength(500)
  })
})
