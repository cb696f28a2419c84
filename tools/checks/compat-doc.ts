import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { renderCompatDoc } from '../compat-doc/render.ts'
import { ROOT, type Check } from './check.ts'

/** docs/compat/hf-api.md says what the route table says, and every test that it names is there. */
export const compatDocCheck: Check = {
  name: 'compatibility table is current',
  async run() {
    const { text, problems } = renderCompatDoc(ROOT)
    const isCurrent = readFileSync(join(ROOT, 'docs', 'compat', 'hf-api.md'), 'utf8') === text
    const all = isCurrent ? problems : [...problems, 'docs/compat/hf-api.md is not current: run npm run docs:compat']
    return all.length === 0 ? { state: 'passed' } : { state: 'failed', detail: all.join('\n') }
  },
}
