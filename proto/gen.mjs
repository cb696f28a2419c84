// Generates the TypeScript of every contract into gen/. Output is never committed.
import { execFileSync } from 'node:child_process'
import { globSync, mkdirSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const here = dirname(fileURLToPath(import.meta.url))
const bin = join(here, '..', 'node_modules', '.bin')
const files = globSync('hearth/**/*.proto', { cwd: here }).toSorted()
const options = [
  'outputServices=grpc-js', 'env=node', 'esModuleInterop=true', 'importSuffix=.ts', 'forceLong=bigint',
  'oneof=unions-value', 'enumsAsLiterals=true', 'useOptionals=none', 'exportCommonSymbols=false', 'outputClientImpl=false',
]
rmSync(join(here, 'gen'), { recursive: true, force: true })
mkdirSync(join(here, 'gen'))
execFileSync(join(bin, 'protoc'), [
  `--plugin=protoc-gen-ts_proto=${join(bin, 'protoc-gen-ts_proto')}`,
  '--ts_proto_out=gen', `--ts_proto_opt=${options.join(',')}`, '-I', '.', ...files,
], { cwd: here, stdio: 'inherit' })
