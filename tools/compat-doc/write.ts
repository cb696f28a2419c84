// `npm run docs:compat`: writes docs/compat/hf-api.md.
import { writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { renderCompatDoc } from './render.ts'

const root = resolve(import.meta.dirname, '..', '..')
const { text, problems } = renderCompatDoc(root)
writeFileSync(join(root, 'docs', 'compat', 'hf-api.md'), text)
for (const problem of problems) console.error(problem)
process.exitCode = problems.length === 0 ? 0 : 1
