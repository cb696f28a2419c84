import type { RepoKind } from '@hearth/hf-api'

/** The files that libraries ask for first, one for each use of a model: asking for one of them is a download. */
const QUERY_FILES: ReadonlySet<string> = new Set([
  'config.json', 'config.yaml', 'hyperparams.yaml', 'params.json', 'meta.yaml', 'adapter_config.json', 'model_index.json', 'modules.json', 'config_sentence_transformers.json',
  'open_clip_config.json', 'config_setfit.json', 'preprocessor_config.json', 'mlc-chat-config.json', 'model.fst',
])

/** Whether reading this file stands for a download of its repo. Every file of a dataset does; a caller counts once in five minutes anyway. */
export function isCountedFile(kind: RepoKind, path: string): boolean {
  switch (kind) {
    case 'models': return QUERY_FILES.has(path) || path.endsWith('.gguf') || path.endsWith('.nemo')
    case 'datasets': return path !== '.gitattributes' && path !== 'README.md'
    case 'spaces': return false
  }
}
