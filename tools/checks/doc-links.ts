import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { ROOT, runProgram, type Check } from './check.ts'

const LINK = /\]\(([^)#\s]+)(?:#[^)]*)?\)/g
/** A file in code quotes: `domain/commit.ts`, perhaps without the folders that the sentence before has named. */
const QUOTED = /`([\w@./-]+\.(?:ts|mjs|proto|sql|py))`/g

/** Links of the documents lead somewhere, and every file that they name is in the checkout. */
export const docLinkCheck: Check = {
  name: 'documents name what exists',
  async run() {
    const tracked = (await runProgram(['git', '-c', `safe.directory=${ROOT}`, 'ls-files', '-co', '--exclude-standard'])).output.split('\n')
    const problems = tracked.filter((name) => name.endsWith('.md') && existsSync(join(ROOT, name))).flatMap((name) => problemsOf(name, tracked))
    return problems.length === 0 ? { state: 'passed' } : { state: 'failed', detail: problems.join('\n') }
  },
}

function problemsOf(document: string, tracked: readonly string[]): string[] {
  const text = readFileSync(join(ROOT, document), 'utf8')
  const links = [...text.matchAll(LINK)].map((match) => match[1] ?? '').filter((target) => !/^[a-z]+:/.test(target))
  const files = [...text.matchAll(QUOTED)].map((match) => match[1] ?? '').filter((name) => !name.startsWith('.') && !name.includes('NNNN'))
  return [
    ...links.filter((target) => !existsSync(join(ROOT, dirname(document), target))).map((target) => `${document}: the link ${target} leads nowhere`),
    ...files.filter((name) => !tracked.some((one) => one === name || one.endsWith(`/${name}`))).map((name) => `${document}: there is no ${name}`),
  ]
}
