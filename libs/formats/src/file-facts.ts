/** What the names of a repo's files say about it. Small and equal for equal answers: it is compared to see whether anything changed. */
export interface FileFacts {
  /** pytorch, safetensors, gguf, ... */
  readonly tags: readonly string[]
  readonly libraryName: string | undefined
  readonly hasTokenizer: boolean
  readonly hasPreprocessor: boolean
  readonly hasAppFile: boolean
}

const FILE_TAGS: readonly (readonly [tag: string, start: string, end: string])[] = [
  ['pytorch', 'pytorch_model', '.bin'], ['tf', 'tf_model', '.h5'], ['jax', 'flax_model', '.msgpack'], ['onnx', '', '.onnx'],
  ['safetensors', '', '.safetensors'], ['gguf', '', '.gguf'], ['tensorboard', 'events.out.tfevents', ''],
]

/** The first that is there names the library. */
const LIBRARY_FILES: readonly (readonly [file: string, library: string])[] = [
  ['adapter_config.json', 'peft'], ['model_index.json', 'diffusers'], ['modules.json', 'sentence-transformers'], ['config_sentence_transformers.json', 'sentence-transformers'],
  ['config_setfit.json', 'setfit'], ['open_clip_config.json', 'open_clip'],
]
const TOKENIZER_FILES: ReadonlySet<string> = new Set(['tokenizer.json', 'tokenizer_config.json', 'vocab.json', 'vocab.txt', 'tokenizer.model', 'spiece.model', 'merges.txt'])
const APP_FILES: ReadonlySet<string> = new Set(['app.py', 'index.html', 'Dockerfile', 'streamlit_app.py', 'src/streamlit_app.py'])

/** Takes paths one by one, as a walk through the tree meets them. */
export function createFileFacts(): { add(path: string): void; finish(): FileFacts } {
  const tags = new Set<string>()
  const seen = new Set<string>()
  return {
    add(path) {
      const name = path.slice(path.lastIndexOf('/') + 1)
      for (const [tag, start, end] of FILE_TAGS) if (!tags.has(tag) && name.endsWith(end) && name.startsWith(start)) tags.add(tag)
      if (TELLING_FILES.has(path)) seen.add(path)
    },
    finish: () => ({
      tags: FILE_TAGS.flatMap(([tag]) => (tags.has(tag) ? [tag] : [])),
      libraryName: LIBRARY_FILES.find(([file]) => seen.has(file))?.[1],
      hasTokenizer: !TOKENIZER_FILES.isDisjointFrom(seen), hasPreprocessor: seen.has(PREPROCESSOR_FILE), hasAppFile: !APP_FILES.isDisjointFrom(seen),
    }),
  }
}

const PREPROCESSOR_FILE = 'preprocessor_config.json'
const TELLING_FILES: ReadonlySet<string> = new Set([...LIBRARY_FILES.map(([file]) => file), ...TOKENIZER_FILES, ...APP_FILES, PREPROCESSOR_FILE])
