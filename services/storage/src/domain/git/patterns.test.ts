import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { spawnSync } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { coverLfsPaths, parseLfsRules } from './attributes.ts'
import { parseIgnoreRules } from './ignore.ts'

const ENV = { PATH: process.env['PATH'] ?? '', HOME: '/nonexistent', GIT_CONFIG_NOSYSTEM: '1' }
const pattern = fc.stringMatching(/^!?\/?(?:[ab*?]|\*\*\/|\/|\[a-b\]|\.x){1,6}\/?$/)
  // Runs of stars that are no whole segment mean little, and git's own answer to them is not its manual's.
  .filter((text) => !/\/\/|\*\*\*|[^/!]\*\*|\*\*[^/]/.test(text))
const path = fc.stringMatching(/^[ab](?:\/?[ab.x]){0,5}$/).filter((text) => !text.includes('..') && !/(?:^|\/)\.(?:\/|$)/.test(text))

async function withWorkTree(use: (folder: string) => void): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'hearth-patterns-'))
  spawnSync('git', ['init', '-q', folder], { env: ENV })
  try {
    use(folder)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

function ask(folder: string, args: readonly string[], paths: readonly string[]): string[] {
  const done = spawnSync('git', ['-C', folder, ...args], { env: ENV, input: paths.map((one) => `${one}\0`).join('') })
  return done.stdout.toString().split('\0').slice(0, -1)
}

test('ignore rules decide as git check-ignore does', async () => {
  await withWorkTree((folder) => fc.assert(fc.property(fc.array(pattern, { minLength: 1, maxLength: 4 }), fc.uniqueArray(path, { minLength: 1, maxLength: 12 }), (patterns, paths) => {
    writeFileSync(join(folder, '.gitignore'), patterns.join('\n'))
    const ignored = new Set(ask(folder, ['check-ignore', '--no-index', '-z', '--stdin'], paths))
    const isIgnored = parseIgnoreRules(patterns.join('\n'))
    expect(paths.filter(isIgnored)).toEqual(paths.filter((one) => ignored.has(one)))
  }), { numRuns: 120 }))
})

test('attribute rules decide as git check-attr does', async () => {
  const line = fc.tuple(pattern, fc.constantFrom('filter=lfs', '-filter', 'filter=other', 'text', '!filter')).map((parts) => parts.join(' '))
  await withWorkTree((folder) => fc.assert(fc.property(fc.array(line, { minLength: 1, maxLength: 4 }), fc.uniqueArray(path, { minLength: 1, maxLength: 12 }), (lines, paths) => {
    writeFileSync(join(folder, '.gitattributes'), `${lines.join('\n')}\n`)
    const fields = ask(folder, ['check-attr', '-z', '--stdin', 'filter'], paths)
    const rules = parseLfsRules(lines.join('\n'))
    expect(paths.map((one) => rules(one) === true)).toEqual(paths.map((_, index) => fields[index * 3 + 2] === 'lfs'))
  }), { numRuns: 120 }))
})

test('patterns do not backtrack', () => {
  const isIgnored = parseIgnoreRules(`${'*a'.repeat(8)}b`)
  const began = performance.now()
  expect(isIgnored('a'.repeat(4000))).toBe(false)
  expect(performance.now() - began).toBeLessThan(200)
})

test('thousands of shards add one line, small text files stay plain', () => {
  const shards = Array.from({ length: 2000 }, (_, index) => `s/${index}.mds`)
  const text = coverLfsPaths('*.keep text', shards) ?? ''
  expect(text).toBe('*.keep text\n*.mds filter=lfs diff=lfs merge=lfs -text\n')
  expect(coverLfsPaths(text, shards)).toBeUndefined()
  expect(coverLfsPaths('', ['d/big file.json'])).toBe('"/d/big file.json" filter=lfs diff=lfs merge=lfs -text\n')
  const many = coverLfsPaths('', Array.from({ length: 500 }, (_, index) => `d/${index}.jsonl`)) ?? ''
  expect(many).toBe('*.jsonl filter=lfs diff=lfs merge=lfs -text\n')
  const odd = ['we"ird name.json', 'a[1].txt', 'back*star.csv', 'x/y z/noext']
  const rules = parseLfsRules(coverLfsPaths('', odd) ?? '')
  expect(odd.map(rules)).toEqual([true, true, true, true])
})
