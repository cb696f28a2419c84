import type { RepoType, SpaceSdk } from '../repo.ts'

const COMMON = `*.7z *.arrow *.bin *.bz2 *.ckpt *.ftz *.gz *.h5 *.joblib *.lfs.* *.mlmodel *.model *.msgpack *.npy *.npz *.onnx *.ot *.parquet
*.pb *.pickle *.pkl *.pt *.pth *.rar *.safetensors saved_model/**/* *.tar.* *.tar *.tflite *.tgz *.wasm *.xz *.zip *.zst *tfevents*`.split(/\s+/)
const DATASET = ['*.lz4', '*.mds', '*.pcm', '*.sam', '*.raw', '*.aac', '*.flac', '*.mp3', '*.ogg', '*.wav', '*.bmp', '*.gif', '*.png', '*.tiff', '*.jpg', '*.jpeg', '*.webp', '*.mp4', '*.webm']

export interface DefaultFile {
  readonly path: string
  readonly text: string
}

export interface NewRepoFacts {
  readonly type: RepoType
  readonly name: string
  readonly spaceSdk: SpaceSdk | undefined
  readonly license?: string | undefined
}

/** The Hub's rules of what goes through LFS. */
export function defaultAttributes(type: RepoType): DefaultFile {
  const patterns = type === 'dataset' ? [...COMMON, ...DATASET] : COMMON
  return { path: '.gitattributes', text: patterns.map((pattern) => `${pattern} filter=lfs diff=lfs merge=lfs -text\n`).join('') }
}

/** What a new repo holds: the LFS rules, a card when something is known for it, and for a Space the files that make it run. */
export function defaultFiles({ type, name, spaceSdk: sdk, license }: NewRepoFacts): DefaultFile[] {
  const files = [defaultAttributes(type)]
  const licenseLine = license === undefined ? '' : `license: ${license}\n`
  if (type !== 'space' || sdk === undefined) return license === undefined ? files : [...files, { path: 'README.md', text: `---\n${licenseLine}---\n` }]
  files.push({ path: 'README.md', text: spaceCard(name, sdk, licenseLine) })
  if (sdk === 'static') files.push({ path: 'index.html', text: INDEX_HTML }, { path: 'style.css', text: STYLE_CSS })
  return files
}

const SDK_FIELDS: Readonly<Record<SpaceSdk, string>> = {
  gradio: 'sdk: gradio\napp_file: app.py\n', streamlit: 'sdk: streamlit\napp_file: app.py\n', docker: 'sdk: docker\n', static: 'sdk: static\n',
}

function spaceCard(name: string, sdk: SpaceSdk, licenseLine: string): string {
  return `---\ntitle: ${JSON.stringify(name)}\ncolorFrom: blue\ncolorTo: green\n${SDK_FIELDS[sdk]}pinned: false\n${licenseLine}---\n`
}

const INDEX_HTML = `<!doctype html>
<html>
  <head>
    <meta charset="utf-8" />
    <meta name="viewport" content="width=device-width" />
    <title>My static Space</title>
    <link rel="stylesheet" href="style.css" />
  </head>
  <body>
    <main class="card">
      <h1>Welcome to your static Space!</h1>
      <p>Edit <code>index.html</code> in the Files tab to change this page.</p>
    </main>
  </body>
</html>
`

const STYLE_CSS = `body {
  padding: 2rem;
  font-family: system-ui, sans-serif;
}

.card {
  max-width: 620px;
  margin: 0 auto;
  padding: 16px;
  border: 1px solid lightgray;
  border-radius: 16px;
}
`
