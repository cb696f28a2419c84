import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { localBin, ROOT, runProgram, type Check, type Verdict } from './check.ts'

/** A commit that breaks a contract on purpose says why in such a line of its message. */
const DELIBERATE = /^Breaking-Contract: (.+)$/m

/** The contracts of now against those of the main line: what old and new services exchange during an upgrade must stay readable. */
export const contractCheck: Check = {
  name: 'contracts stay compatible (buf breaking)',
  async run() {
    if (!existsSync(join(ROOT, '.git'))) return { state: 'skipped', detail: 'this is not a git checkout, there is nothing to compare with' }
    const base = await baseCommit()
    if (base === undefined) return { state: 'skipped', detail: 'no earlier commit with contracts is known here (first commit, or a shallow clone)' }
    const deliberate = DELIBERATE.exec((await git(['log', '--format=%B', `${base}..HEAD`])).output)?.[1]
    if (deliberate !== undefined) return { state: 'skipped', detail: `broken on purpose since ${base.slice(0, 12)}: ${deliberate}` }
    return compareWith(base)
  },
}

/** Where this branch left main; on main itself the commit before. undefined when that has no contracts. */
async function baseCommit(): Promise<string | undefined> {
  const head = (await git(['rev-parse', 'HEAD'])).output.trim()
  for (const main of ['origin/main', 'main']) {
    const base = await git(['merge-base', 'HEAD', main])
    const commit = base.output.trim()
    if (base.code === 0 && commit !== head && (await hasContracts(commit))) return commit
  }
  const parent = await git(['rev-parse', '--verify', '--quiet', 'HEAD~1'])
  const commit = parent.output.trim()
  return parent.code === 0 && (await hasContracts(commit)) ? commit : undefined
}

async function hasContracts(commit: string): Promise<boolean> {
  return (await contractFiles(commit)).length > 0
}

async function contractFiles(commit: string): Promise<string[]> {
  const listed = await git(['ls-tree', '-r', '--name-only', commit, '--', 'proto'])
  return listed.code === 0 ? listed.output.split('\n').filter((name) => name.endsWith('.proto')) : []
}

async function compareWith(base: string): Promise<Verdict> {
  const old = mkdtempSync(join(tmpdir(), 'hearth-contracts-'))
  try {
    for (const name of [...(await contractFiles(base)), 'buf.yaml']) {
      mkdirSync(dirname(join(old, name)), { recursive: true })
      writeFileSync(join(old, name), (await git(['show', `${base}:${name}`])).output)
    }
    const { code, output } = await runProgram([localBin('buf'), 'breaking', '--against', old])
    return code === 0 ? { state: 'passed', detail: `against ${base.slice(0, 12)}` } : { state: 'failed', detail: `against ${base.slice(0, 12)}\n${output.trim()}` }
  } finally {
    rmSync(old, { recursive: true, force: true })
  }
}

/** git, also in a checkout that belongs to somebody else. */
function git(args: readonly string[]) {
  return runProgram(['git', '-c', `safe.directory=${ROOT}`, ...args])
}
