import { expect, test } from 'vitest'
import { createFileFacts, type FileFacts } from './file-facts.ts'

function factsOf(paths: readonly string[]): FileFacts {
  const facts = createFileFacts()
  for (const path of paths) facts.add(path)
  return facts.finish()
}

test('tells formats by the names of files anywhere, libraries by those at the root', () => {
  expect(factsOf(['onnx/model.onnx', 'unet/x.safetensors', 'pytorch_model-00001-of-00002.bin', 'sub/adapter_config.json', 'tokenizer.json'])).toEqual({
    tags: ['pytorch', 'onnx', 'safetensors'], libraryName: undefined, hasTokenizer: true, hasPreprocessor: false, hasAppFile: false,
  })
})

test.each([
  [['adapter_config.json'], 'peft'], [['model_index.json'], 'diffusers'], [['modules.json', 'config.json'], 'sentence-transformers'], [['x.bin'], undefined],
])('takes %j for %s', (files, library) => {
  expect(factsOf(files).libraryName).toBe(library)
})

test('the order of the files does not matter', () => {
  expect(factsOf(['a.gguf', 'tf_model.h5', 'modules.json', 'adapter_config.json'])).toEqual(factsOf(['adapter_config.json', 'modules.json', 'tf_model.h5', 'a.gguf']))
})
